"""An account as a second client sees it: made before a test, and read back after it.

Usage: account.py URL make [KEY] | account.py URL read [KEY]
It knows nothing of the program under test, and nothing of its SDK.
"""

import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

TABLES = ["reports", "personnel", "vendors", "constraints"]
BUCKETS = ["audio-files", "transcripts"]
LOGS = "sitelogix-logs-prod"
TRAIL = "sitelogix-trail"


def main(url, verb, key="test"):
    def client(service):
        return boto3.client(
            service,
            endpoint_url=url,
            region_name="us-east-1",
            aws_access_key_id=key,
            aws_secret_access_key="test",
            config=Config(s3={"addressing_style": "path"}),
        )

    if verb == "make":
        make(client("dynamodb"), client("s3"))
    else:
        print(json.dumps(read(client), indent=1, sort_keys=True))


def make(dynamodb, s3):
    for table in TABLES:
        dynamodb.create_table(
            TableName=f"sitelogix-{table}",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        dynamodb.put_item(TableName=f"sitelogix-{table}", Item={"id": {"S": "1"}})
    for bucket in BUCKETS:
        s3.create_bucket(Bucket=f"sitelogix-{bucket}-prod")
        s3.put_object(Bucket=f"sitelogix-{bucket}-prod", Key="one", Body=b"one")


def read(client):
    dynamodb, s3, cloudtrail = client("dynamodb"), client("s3"), client("cloudtrail")
    return {
        "tables": {name: table(dynamodb, name) for name in dynamodb.list_tables()["TableNames"]},
        "buckets": {b["Name"]: bucket(s3, b["Name"]) for b in s3.list_buckets()["Buckets"]},
        "trails": {t["Name"]: trail(cloudtrail, t) for t in cloudtrail.describe_trails()["trailList"]},
        "topics": topics(client("sns")),
        "alarms": alarms(client("cloudwatch")),
    }


def table(dynamodb, name):
    found = dynamodb.describe_table(TableName=name)["Table"]
    backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    recovery = backups["PointInTimeRecoveryDescription"]
    return {
        "status": found["TableStatus"],
        "deletion_protection": found.get("DeletionProtectionEnabled", False),
        "stream": found.get("StreamSpecification", {}).get("StreamViewType"),
        "recovery": recovery["PointInTimeRecoveryStatus"],
        "recovery_days": recovery.get("RecoveryPeriodInDays"),
        "items": dynamodb.scan(TableName=name, Select="COUNT")["Count"],
    }


def bucket(s3, name):
    logging = s3.get_bucket_logging(Bucket=name).get("LoggingEnabled")
    found = {
        "versioning": s3.get_bucket_versioning(Bucket=name).get("Status"),
        "objects": [o["Key"] for o in s3.list_objects_v2(Bucket=name).get("Contents", [])],
        "policy": missing(lambda: json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])["Version"]),
        "logs_to": logging and [logging["TargetBucket"], logging["TargetPrefix"]],
    }
    if name == LOGS:
        lock = s3.get_object_lock_configuration(Bucket=name)["ObjectLockConfiguration"]
        block = s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
        rules = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
        policy = json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])
        found["object_lock"] = [lock["ObjectLockEnabled"], lock.get("Rule")]
        found["public"] = sorted(block.values())
        found["encryption"] = rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"]
        found["writers"] = sorted({s["Principal"]["Service"] for s in policy["Statement"]})
    return found


def missing(ask):
    """None where AWS says that there is none."""
    try:
        return ask()
    except ClientError as error:
        if error.response["Error"]["Code"].startswith("NoSuch"):
            return None
        raise


def trail(cloudtrail, found):
    name = found["Name"]
    selectors = cloudtrail.get_event_selectors(TrailName=name)
    basic = selectors.get("EventSelectors") or []
    return {
        "bucket": found["S3BucketName"],
        "prefix": found.get("S3KeyPrefix"),
        "multi_region": found["IsMultiRegionTrail"],
        "validation": found.get("LogFileValidationEnabled"),
        "logging": cloudtrail.get_trail_status(Name=name)["IsLogging"],
        "management_events": [s["IncludeManagementEvents"] for s in basic],
        "data": sorted(v for s in basic for d in s["DataResources"] for v in d["Values"]),
    }


def topics(sns):
    found = {}
    for topic in sns.list_topics()["Topics"]:
        subscriptions = sns.list_subscriptions_by_topic(TopicArn=topic["TopicArn"])["Subscriptions"]
        name = topic["TopicArn"].split(":")[-1]
        found[name] = [[s["Protocol"], s["Endpoint"]] for s in subscriptions]
    return found


def alarms(cloudwatch):
    try:
        found = cloudwatch.describe_alarms()["MetricAlarms"]
    except ClientError as error:
        return str(error)
    return {
        a["AlarmName"]: [a["MetricName"], a["Threshold"], a["TreatMissingData"], a["AlarmActions"]]
        for a in found
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
