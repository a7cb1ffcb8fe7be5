//! Objects: written, copied, listed, held and deleted.

use serde_json::{Value, json};

use super::scenes::{call, scene, then};
use super::{Scene, Step};

const BUCKET: &str = "diff-objects";
const LOCKED: &str = "diff-locked";

fn object(operation: &str, bucket: &str, mut fields: Value) -> Value {
    fields["bucket"] = json!(bucket);
    call("objects", operation, fields)
}

fn create(bucket: &str, object_lock: bool) -> Value {
    call("s3", "CreateBucket", json!({ "bucket": bucket, "object_lock": object_lock }))
}

fn put(bucket: &str, key: &str, body: &str, write: &str) -> Value {
    let fields = json!({ "key": key, "body": body, "tags": { "Site": "a b" }, "write": write });
    object("PutObject", bucket, fields)
}

fn list(operation: &str, bucket: &str) -> Value {
    object(operation, bucket, json!({ "prefix": "k/", "after": null }))
}

fn head(bucket: &str, key: &str) -> Value {
    object("HeadObject", bucket, json!({ "key": key, "version": null, "part": null }))
}

fn of(operation: &str, bucket: &str, key: &str, version: Value) -> Value {
    object(operation, bucket, json!({ "key": key, "version": version }))
}

fn source(key: &str, etag: &str) -> Value {
    json!({ "bucket": BUCKET, "key": key, "version": null, "etag": etag })
}

fn copy(from: &str, etag: &str, key: &str, write: &str) -> Value {
    let fields = json!({
        "from": source(from, etag), "key": key, "write": write, "storage_class": "STANDARD_IA",
        "checksum": null, "lock": null, "legal_hold": false,
    });
    object("CopyObject", BUCKET, fields)
}

pub(super) fn written() -> Scene {
    scene(
        "objects",
        vec![
            then("a bucket for them", create(BUCKET, false)),
            then("write one", put(BUCKET, "k/a ü+&", "hello", "if_absent")),
            then("write over it, if nothing is there", put(BUCKET, "k/a ü+&", "no", "if_absent")),
            then("look at it", head(BUCKET, "k/a ü+&")),
            then("look at one that is not there", head(BUCKET, "k/none")),
            then("its tags", of("GetObjectTagging", BUCKET, "k/a ü+&", Value::Null)),
            then("list them", list("ListObjects", BUCKET)),
            then("copy it", copy("k/a ü+&", "$etag", "k/b", "if_absent")),
            then("look at the copy", head(BUCKET, "k/b")),
            then("the tags of the copy", of("GetObjectTagging", BUCKET, "k/b", Value::Null)),
            then("copy it again", copy("k/a ü+&", "$etag", "k/b", "if_absent")),
            then("copy what it no longer is", copy("k/a ü+&", "0123", "k/c", "if_absent")),
            then("copy what is not there", copy("k/none", "0123", "k/c", "if_absent")),
            then("list the versions", list("ListObjectVersions", BUCKET)),
            then("delete it", of("DeleteObject", BUCKET, "k/a ü+&", Value::Null)),
            then("delete it again", of("DeleteObject", BUCKET, "k/a ü+&", Value::Null)),
            then("list what is left", list("ListObjects", BUCKET)),
        ],
    )
}

pub(super) fn in_parts() -> Scene {
    let upload = |operation: &str, mut fields: Value| {
        fields["key"] = json!("k/parts");
        fields["upload"] = json!("$upload");
        object(operation, BUCKET, fields)
    };
    let part = json!({ "number": 1, "etag": "$part", "checksum": null });
    vec_scene(vec![
        then("one to be copied", put(BUCKET, "k/whole", "hello", "always")),
        then(
            "begin",
            object(
                "CreateMultipartUpload",
                BUCKET,
                json!({
                    "key": "k/parts", "properties": { "content_type": "audio/mp4",
                    "metadata": { "site": "crane" } }, "tags": { "Site": "a b" },
                    "storage_class": "STANDARD", "checksum": null, "lock": null,
                    "legal_hold": false,
                }),
            ),
        ),
        then("list what was begun", list("ListMultipartUploads", BUCKET)),
        then(
            "copy a part",
            upload(
                "UploadPartCopy",
                json!({ "from": source("k/whole", "$etag"), "part": 1, "first": 0, "last": 4 }),
            ),
        ),
        then(
            "complete it",
            upload(
                "CompleteMultipartUpload",
                json!({ "parts": [part], "checksum": null, "write": "if_absent" }),
            ),
        ),
        then("look at it", head(BUCKET, "k/parts")),
        then(
            "look at its part",
            object("HeadObject", BUCKET, json!({ "key": "k/parts", "version": null, "part": 1 })),
        ),
        then("its tags", of("GetObjectTagging", BUCKET, "k/parts", Value::Null)),
        then("abort it when it is done", upload("AbortMultipartUpload", json!({}))),
    ])
}

pub(super) fn text() -> Scene {
    let key = "k/text";
    let of_upload = |operation: &str, mut fields: Value| {
        fields["key"] = json!(key);
        fields["upload"] = json!("$upload");
        object(operation, BUCKET, fields)
    };
    let get =
        |key: &str, most: u64| object("GetObject", BUCKET, json!({ "key": key, "most": most }));
    let part = json!({ "number": 1, "etag": "$part", "checksum": null });
    let begin = json!({
        "key": key, "properties": {}, "tags": {}, "storage_class": "STANDARD",
        "checksum": ["CRC32", "FULL_OBJECT"], "lock": null, "legal_hold": false,
    });
    let complete = json!({
        "parts": [part], "checksum": ["CRC32", "FULL_OBJECT"], "write": "always",
    });
    scene(
        "text in objects",
        vec![
            then("begin", object("CreateMultipartUpload", BUCKET, begin)),
            then("a part", of_upload("UploadPart", json!({ "part": 1, "body": "hello, ü" }))),
            then("no part", of_upload("UploadPart", json!({ "part": 10_001, "body": "x" }))),
            then("complete it", of_upload("CompleteMultipartUpload", complete)),
            then("read it", get(key, 100)),
            then("read its beginning", get(key, 3)),
            then("read half a letter", get(key, 8)),
            then("read what is not there", get("k/none", 8)),
            then("an empty one", put(BUCKET, "k/empty", "", "always")),
            then("read nothing", get("k/empty", 8)),
        ],
    )
}

fn vec_scene(steps: Vec<Step>) -> Scene {
    scene("objects in parts", steps)
}

pub(super) fn held() -> Scene {
    let hold = |mode: &str, until: &str| {
        let lock = json!({ "mode": mode, "until": until });
        let fields = json!({ "key": "k/a", "version": null, "lock": lock });
        object("PutObjectRetention", LOCKED, fields)
    };
    scene(
        "objects that are held",
        vec![
            then("a bucket that holds", create(LOCKED, true)),
            then("write one", put(LOCKED, "k/a", "hello", "always")),
            then("what holds it", of("GetObjectRetention", LOCKED, "k/a", Value::Null)),
            then("hold it", hold("GOVERNANCE", "2040-01-01T00:00:00Z")),
            then("what holds it now", of("GetObjectRetention", LOCKED, "k/a", Value::Null)),
            then("hold it longer", hold("GOVERNANCE", "2041-01-01T00:00:00Z")),
            then("hold it shorter", hold("GOVERNANCE", "2039-01-01T00:00:00Z")),
            then("delete the version", of("DeleteObject", LOCKED, "k/a", json!("$version"))),
            then("hide it", of("DeleteObject", LOCKED, "k/a", Value::Null)),
            then("look for it", head(LOCKED, "k/a")),
            then("list its versions", list("ListObjectVersions", LOCKED)),
            then(
                "what holds one in a bucket that does not",
                of("GetObjectRetention", BUCKET, "k/whole", Value::Null),
            ),
        ],
    )
}
