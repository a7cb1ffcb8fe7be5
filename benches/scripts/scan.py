"""The compliance checks on boto3, with threads: one client per service, shared, a pool of
connections as large as that of the threads.

Usage: scan.py URL all|tables|plain THREADS ATTEMPTS TABLE...
  all     every check      tables  those of the tables      plain  those of DescribeTable alone
  ATTEMPTS  how often botocore tries a request in all, in its standard retry mode
"""

import sys
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

AUDIO, TRANSCRIPTS, LOGS = "sitelogix-audio-files-prod", "sitelogix-transcripts-prod", "sitelogix-logs-prod"
TRAIL = "sitelogix-trail"
TOPIC = "arn:aws:sns:us-east-1:500313280221:sitelogix-alerts"
PLAN = "SiteLogix-DynamoDB-Daily-Backup"


def main(url, what, threads, attempts, *tables):
    config = Config(max_pool_connections=int(threads), s3={"addressing_style": "path"},
                    retries={"mode": "standard", "max_attempts": int(attempts)})
    session = boto3.session.Session(region_name="us-east-1")

    def client(service):
        return session.client(service, endpoint_url=url, config=config)

    with ThreadPoolExecutor(int(threads)) as pool:
        dynamodb = client("dynamodb")
        asked = [pool.submit(describe, dynamodb, table) for table in tables]
        if what != "plain":
            asked += [pool.submit(recovery, dynamodb, table) for table in tables]
        if what == "all":
            s3 = client("s3")
            buckets = (AUDIO, TRANSCRIPTS, LOGS)
            asked += [pool.submit(ask, s3, bucket) for bucket in buckets
                      for ask in (reachable, versioning, object_lock, logging, lifecycle)]
            cloudtrail = client("cloudtrail")
            asked += [pool.submit(ask, cloudtrail) for ask in (recording, data_events)]
            asked += [pool.submit(alarms, client("cloudwatch"))]
            asked += [pool.submit(subscriptions, client("sns"))]
            asked += [pool.submit(backups, client("backup"), len(tables))]
        lines = [line for one in asked for line in one.result()]
    for name, outcome in lines:
        print(outcome, name)
    count = {wanted: sum(outcome == wanted for _, outcome in lines)
             for wanted in ("pass", "fail", "unread")}
    print(f"score {count['pass']} of {len(lines)}, unread {count['unread']}")


def check(*names):
    """Each check of the function is `unread` when its read fails."""
    def around(read):
        def asked(client, *of):
            name = lambda n: " ".join([n, *map(str, of)])
            try:
                return [(name(n), "pass" if met else "fail") for n, met in zip(names, read(client, *of))]
            except (ClientError, BotoCoreError):
                return [(name(n), "unread") for n in names]
        return asked
    return around


@check("deletion protection", "stream", "active")
def describe(dynamodb, table):
    found = dynamodb.describe_table(TableName=table)["Table"]
    stream = found.get("StreamSpecification", {}).get("StreamViewType")
    return [found.get("DeletionProtectionEnabled"), stream == "NEW_AND_OLD_IMAGES",
            found["TableStatus"] == "ACTIVE"]


@check("recovery")
def recovery(dynamodb, table):
    found = dynamodb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    return [found["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"]


@check("reachable")
def reachable(s3, bucket):
    s3.head_bucket(Bucket=bucket)
    return [True]


@check("versioning")
def versioning(s3, bucket):
    return [s3.get_bucket_versioning(Bucket=bucket).get("Status") == "Enabled"]


@check("object lock")
def object_lock(s3, bucket):
    found = s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]
    return [found["ObjectLockEnabled"] == "Enabled"]


@check("logging")
def logging(s3, bucket):
    target = s3.get_bucket_logging(Bucket=bucket).get("LoggingEnabled", {}).get("TargetBucket")
    return [target == (None if bucket == LOGS else LOGS)]


@check("lifecycle")
def lifecycle(s3, bucket):
    return [len(s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]) >= 1]


@check("trail")
def recording(cloudtrail):
    return [cloudtrail.get_trail_status(Name=TRAIL)["IsLogging"]]


@check("data events")
def data_events(cloudtrail):
    found = cloudtrail.get_event_selectors(TrailName=TRAIL)["EventSelectors"]
    return [len(found[0]["DataResources"][0]["Values"]) == 3]


@check("alarms")
def alarms(cloudwatch):
    found = cloudwatch.describe_alarms()["MetricAlarms"]
    return [sum(TOPIC in alarm["AlarmActions"] for alarm in found) >= 10]


@check("subscriptions")
def subscriptions(sns):
    found = sns.list_subscriptions_by_topic(TopicArn=TOPIC)["Subscriptions"]
    return [any(s["SubscriptionArn"] != "PendingConfirmation" for s in found)]


@check("backup plan")
def backups(backup, tables):
    plans = backup.list_backup_plans()["BackupPlansList"]
    plan = next(p["BackupPlanId"] for p in plans if p["BackupPlanName"] == PLAN)
    selection = backup.list_backup_selections(BackupPlanId=plan)["BackupSelectionsList"][0]
    found = backup.get_backup_selection(BackupPlanId=plan, SelectionId=selection["SelectionId"])
    return [len(found["BackupSelection"]["Resources"]) == tables]


if __name__ == "__main__":
    main(*sys.argv[1:])
