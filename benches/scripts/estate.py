"""Makes the SiteLogix estate in an emulator, as it is after all phases, with as many tables as wanted.

Usage: estate.py URL TABLE...
"""

import json
import sys

import boto3
from botocore.config import Config

ACCOUNT = "500313280221"
AUDIO, TRANSCRIPTS, LOGS = "sitelogix-audio-files-prod", "sitelogix-transcripts-prod", "sitelogix-logs-prod"
TRAIL, TOPIC = "sitelogix-trail", "sitelogix-alerts"


def main(url, *tables):
    def client(service):
        config = Config(s3={"addressing_style": "path"}, retries={"mode": "standard"})
        return boto3.client(service, endpoint_url=url, region_name="us-east-1",
                            aws_access_key_id="test", aws_secret_access_key="test", config=config)

    make_tables(client("dynamodb"), tables)
    make_buckets(client("s3"))
    topic = make_topic(client("sns"))
    make_alarms(client("cloudwatch"), topic)
    make_trail(client("cloudtrail"))
    make_backup(client("backup"), tables)


def make_tables(dynamodb, tables):
    for table in tables:
        dynamodb.create_table(
            TableName=table,
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            DeletionProtectionEnabled=True,
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )
        dynamodb.update_continuous_backups(
            TableName=table,
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        )


def make_buckets(s3):
    for bucket in (AUDIO, TRANSCRIPTS, LOGS):
        s3.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True)
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    rule = {"DefaultRetention": {"Mode": "GOVERNANCE", "Years": 7}}
    for bucket in (AUDIO, TRANSCRIPTS):
        s3.put_object_lock_configuration(
            Bucket=bucket, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": rule})
        s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={
            "LoggingEnabled": {"TargetBucket": LOGS, "TargetPrefix": f"{bucket}/"}})
    for bucket in (AUDIO, TRANSCRIPTS, LOGS):
        s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [{
            "ID": "archive", "Status": "Enabled", "Filter": {"Prefix": ""},
            "Transitions": [{"Days": 90, "StorageClass": "STANDARD_IA"},
                            {"Days": 365, "StorageClass": "GLACIER"}],
            "NoncurrentVersionExpiration": {"NoncurrentDays": 90},
        }]})


def make_topic(sns):
    topic = sns.create_topic(Name=TOPIC)["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="oncall@example.com")
    return topic


def make_alarms(cloudwatch, topic):
    for number in range(10):
        cloudwatch.put_metric_alarm(
            AlarmName=f"sitelogix-alarm-{number}", Namespace="AWS/DynamoDB",
            MetricName="SystemErrors", Statistic="Sum", Period=300, EvaluationPeriods=1,
            Threshold=1, ComparisonOperator="GreaterThanOrEqualToThreshold", AlarmActions=[topic])


def make_trail(cloudtrail):
    cloudtrail.create_trail(Name=TRAIL, S3BucketName=LOGS, IsMultiRegionTrail=True)
    values = [f"arn:aws:s3:::{bucket}/" for bucket in (AUDIO, TRANSCRIPTS, LOGS)]
    cloudtrail.put_event_selectors(TrailName=TRAIL, EventSelectors=[{
        "ReadWriteType": "All", "IncludeManagementEvents": True,
        "DataResources": [{"Type": "AWS::S3::Object", "Values": values}]}])
    cloudtrail.start_logging(Name=TRAIL)


def make_backup(backup, tables):
    backup.create_backup_vault(BackupVaultName="SiteLogix-Backup-Vault")
    plan = backup.create_backup_plan(BackupPlan={
        "BackupPlanName": "SiteLogix-DynamoDB-Daily-Backup",
        "Rules": [{"RuleName": "daily", "TargetBackupVaultName": "SiteLogix-Backup-Vault",
                   "ScheduleExpression": "cron(0 5 * * ? *)", "StartWindowMinutes": 60,
                   "CompletionWindowMinutes": 120, "Lifecycle": {"DeleteAfterDays": 35}}]})
    backup.create_backup_selection(
        BackupPlanId=plan["BackupPlanId"],
        BackupSelection={
            "SelectionName": "SiteLogix-DynamoDB-Tables",
            "IamRoleArn": f"arn:aws:iam::{ACCOUNT}:role/service-role/AWSBackupDefaultServiceRole",
            "Resources": [f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/{t}" for t in tables]})


if __name__ == "__main__":
    main(*sys.argv[1:])
