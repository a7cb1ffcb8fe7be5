#!/usr/bin/env bash
# The compliance checks as a script around the AWS CLI: every resource is asked once for what the
# checks need, one call after the other, and each check prints a line.
#
# Usage: scan.sh URL all|tables|plain TABLE...
#   all     every check      tables  those of the tables      plain  those of DescribeTable alone
set -euo pipefail
url=$1 what=$2
shift 2
met=0 total=0

aws() { command aws --endpoint-url "$url" --region us-east-1 --output text "$@"; }

check() { # name, wanted, found
  total=$((total + 1))
  if [[ $3 == "$2" ]]; then
    met=$((met + 1))
    echo "pass $1"
  else
    echo "fail $1: $3"
  fi
}

# What cannot be read is told apart from what is not so.
ask() { aws "$@" 2>/dev/null || echo unread; }

active=0
for table in "$@"; do
  read -r status protection stream <<<"$(ask dynamodb describe-table --table-name "$table" --query \
    'Table.[TableStatus,DeletionProtectionEnabled,StreamSpecification.StreamViewType]')"
  check "deletion protection of $table" True "${protection-}"
  check "stream of $table" NEW_AND_OLD_IMAGES "${stream-}"
  if [[ $status == ACTIVE ]]; then active=$((active + 1)); fi
  if [[ $what != plain ]]; then
    check "recovery of $table" ENABLED "$(ask dynamodb describe-continuous-backups \
      --table-name "$table" --query \
      ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus)"
  fi
done
check 'tables are active' $# "$active"

if [[ $what == all ]]; then
  audio=sitelogix-audio-files-prod transcripts=sitelogix-transcripts-prod logs=sitelogix-logs-prod
  reachable=0
  for bucket in $audio $transcripts $logs; do
    if aws s3api head-bucket --bucket "$bucket" >/dev/null 2>&1; then reachable=$((reachable + 1)); fi
    check "versioning of $bucket" Enabled \
      "$(ask s3api get-bucket-versioning --bucket "$bucket" --query Status)"
    check "object lock of $bucket" Enabled "$(ask s3api get-object-lock-configuration \
      --bucket "$bucket" --query ObjectLockConfiguration.ObjectLockEnabled)"
    if [[ $bucket == "$logs" ]]; then wanted=None; else wanted=$logs; fi
    check "logging of $bucket" "$wanted" \
      "$(ask s3api get-bucket-logging --bucket "$bucket" --query LoggingEnabled.TargetBucket)"
    check "lifecycle of $bucket" 1 "$(ask s3api get-bucket-lifecycle-configuration \
      --bucket "$bucket" --query 'length(Rules)')"
  done
  check 'buckets are there' 3 "$reachable"
  logging=$(ask cloudtrail get-trail-status --name sitelogix-trail --query IsLogging)
  data=$(ask cloudtrail get-event-selectors --trail-name sitelogix-trail --query \
    'length(EventSelectors[0].DataResources[0].Values)')
  check 'trail' 'True 3' "$logging $data"
  topic=arn:aws:sns:us-east-1:500313280221:sitelogix-alerts
  check 'alarms' 10 "$(ask cloudwatch describe-alarms --query \
    "length(MetricAlarms[?contains(AlarmActions, '$topic')])")"
  check 'subscriptions' 1 "$(ask sns list-subscriptions-by-topic --topic-arn "$topic" --query \
    "length(Subscriptions[?SubscriptionArn != 'PendingConfirmation'])")"
  plan=$(ask backup list-backup-plans --query \
    "BackupPlansList[?BackupPlanName=='SiteLogix-DynamoDB-Daily-Backup'].BackupPlanId")
  selection=$(ask backup list-backup-selections --backup-plan-id "$plan" --query \
    'BackupSelectionsList[0].SelectionId')
  check 'backup plan' $# "$(ask backup get-backup-selection --backup-plan-id "$plan" \
    --selection-id "$selection" --query 'length(BackupSelection.Resources)')"
fi
echo "score $met of $total"
