//! A fast S3 in memory: lists, copies with their preconditions, heads, attributes, puts and uploads
//! in parts, with the ETags and checksums that S3 would give.
//!
//! Nothing is versioned or locked, and nothing is signed: what is measured is the client.

mod store;
mod xml;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use bytes::Bytes;
use hyper::{Method, Request};

use crate::http::{Answer, Handler, Pending, answer};
use store::{Algorithm, Bucket, Content, Object};
use xml::{error, escaped, http_date, iso};

/// The buckets, and what was asked of them.
#[derive(Debug, Default)]
pub struct S3 {
    buckets: Mutex<HashMap<String, Arc<Bucket>>>,
    uploads: AtomicU64,
    copies: AtomicU64,
    /// When the first copy came, and how many pages had been listed before it.
    first: Mutex<First>,
}

/// What is known of the first copy.
#[derive(Clone, Copy, Debug, Default)]
pub struct First {
    pages: u64,
    /// Pages of what is copied that were asked for before the first copy; none before there is one.
    pub pages_before_copy: Option<u64>,
}

/// One request, taken apart.
struct Asked {
    request: Request<Bytes>,
    query: HashMap<String, String>,
    key: String,
}

impl S3 {
    /// Puts a bucket in place of the one of that name, with so many made-up objects.
    pub fn fill(&self, name: &str, count: u64, size: u64) {
        let bucket = Arc::new(Bucket::new(count, size));
        self.buckets.lock().expect("the buckets").insert(name.to_owned(), bucket);
        *self.first.lock().expect("the first copy") = First::default();
    }

    /// Puts as many objects into a bucket as if they had been copied from a made-up one.
    pub fn stock(&self, name: &str, count: u64, size: u64) {
        let from = Bucket::new(count, size);
        let to = Bucket::new(0, 0);
        let mut after = String::new();
        loop {
            let (page, more) = from.page("", &after, 1_000);
            after = page.last().map(|(key, _)| key.clone()).unwrap_or_default();
            to.stored.write().expect("the objects").extend(page);
            if !more {
                break;
            }
        }
        self.buckets.lock().expect("the buckets").insert(name.to_owned(), Arc::new(to));
    }

    /// How many objects were copied since this was asked last.
    pub fn copied(&self) -> u64 {
        self.copies.swap(0, Ordering::Relaxed)
    }

    /// What is known of the first copy since the buckets were filled.
    pub fn first(&self) -> First {
        *self.first.lock().expect("the first copy")
    }

    /// Whether a bucket holds the same objects as a made-up one.
    pub fn is_copy(&self, name: &str, count: u64, size: u64) -> bool {
        let Some(found) = self.bucket(name) else { return false };
        let wanted = Bucket::new(count, size);
        let found = found.stored.read().expect("the objects");
        found.len() as u64 == count
            && found.iter().all(|(key, object)| {
                wanted.get(key).is_some_and(|wanted| wanted.etag == object.etag)
            })
    }

    fn bucket(&self, name: &str) -> Option<Arc<Bucket>> {
        self.buckets.lock().expect("the buckets").get(name).cloned()
    }

    fn reply(&self, request: Request<Bytes>) -> Answer {
        if request.method() == Method::POST && request.uri().path() == "/" {
            // STS lives here too: Muster asks whose account this is before it changes anything.
            return answer(200, "text/xml", xml::identity());
        }
        let path = request.uri().path().trim_start_matches('/');
        let (name, key) = path.split_once('/').unwrap_or((path, ""));
        let query = request.uri().query().unwrap_or_default();
        let query = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (name.to_owned(), decoded(value))
        });
        let (name, key, query) = (name.to_owned(), decoded(key), query.collect());
        let Some(bucket) = self.bucket(&name) else {
            return error(404, "NoSuchBucket", "The specified bucket does not exist");
        };
        let asked = Asked { request, query, key };
        match (asked.key.is_empty(), asked.request.method().clone()) {
            (true, Method::GET) => self.about_bucket(&asked, &name, &bucket),
            (true, Method::HEAD) => {
                let mut answer = answer(200, "application/xml", "");
                answer
                    .headers_mut()
                    .insert("x-amz-bucket-region", "us-east-1".parse().expect("a name"));
                answer
            }
            (false, Method::HEAD | Method::GET) => read(&asked, &bucket),
            (false, Method::PUT) => self.put(&asked, &bucket),
            (false, Method::POST) => self.post(&asked, &bucket),
            (false, Method::DELETE) => {
                if let Some(upload) = asked.query.get("uploadId") {
                    bucket.uploads.lock().expect("the uploads").remove(upload);
                } else {
                    bucket.stored.write().expect("the objects").remove(&asked.key);
                }
                answer(204, "application/xml", "")
            }
            _ => error(501, "NotImplemented", "This is not part of the benchmark"),
        }
    }

    fn about_bucket(&self, asked: &Asked, name: &str, bucket: &Bucket) -> Answer {
        let has = |what: &str| asked.query.contains_key(what);
        if has("list-type") {
            // Pages of what is copied from: only that has made-up objects.
            self.first.lock().expect("the first copy").pages += u64::from(bucket.made_up.0 > 0);
            return xml::list(&asked.query, name, bucket);
        }
        if has("versions") {
            return xml::versions(&asked.query, name, bucket);
        }
        let text = if has("versioning") {
            "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>"
                .to_owned()
        } else if has("location") {
            "<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>".to_owned()
        } else if has("encryption") {
            "<ServerSideEncryptionConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
             <Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>\
             </ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>"
                .to_owned()
        } else if has("uploads") {
            format!(
                "<ListMultipartUploadsResult><Bucket>{}</Bucket><IsTruncated>false</IsTruncated>\
                 </ListMultipartUploadsResult>",
                escaped(name)
            )
        } else if has("object-lock") {
            let what = "Object Lock configuration does not exist for this bucket";
            return error(404, "ObjectLockConfigurationNotFoundError", what);
        } else {
            return error(501, "NotImplemented", "This is not part of the benchmark");
        };
        answer(200, "application/xml", text)
    }

    fn put(&self, asked: &Asked, bucket: &Bucket) -> Answer {
        let header = |name| asked.header(name);
        if header("if-none-match") == Some("*") && bucket.get(&asked.key).is_some() {
            let what = "At least one of the pre-conditions you specified did not hold";
            return error(412, "PreconditionFailed", what);
        }
        let part = asked.query.get("partNumber").and_then(|number| number.parse::<u32>().ok());
        let upload = asked.query.get("uploadId");
        match (header("x-amz-copy-source"), part, upload) {
            (Some(source), part, upload) => {
                let source = match self.source(asked, source) {
                    Ok(source) => source,
                    Err(answer) => return answer,
                };
                match (part, upload) {
                    (Some(part), Some(upload)) => copy_part(asked, bucket, &source, part, upload),
                    _ => self.copy(asked, bucket, source),
                }
            }
            (None, Some(part), Some(upload)) => {
                let bytes = body(asked);
                let etag = Object::new(Content::Bytes(bytes.clone()), Algorithm::Crc32, 0).etag;
                if !keep_part(bucket, upload, part, bytes) {
                    return error(404, "NoSuchUpload", "The specified upload does not exist");
                }
                etag_only(&etag)
            }
            _ => {
                let content = Content::Bytes(body(asked));
                let mut object = Object::new(content, asked.algorithm(), now());
                object.headers = asked.kept_headers();
                let answer = etag_only(&object.etag);
                bucket.stored.write().expect("the objects").insert(asked.key.clone(), object);
                answer
            }
        }
    }

    /// What is copied from, when its preconditions hold.
    fn source(&self, asked: &Asked, source: &str) -> Result<Object, Answer> {
        let source = decoded(source.split('?').next().unwrap_or_default());
        let absent = || error(404, "NoSuchKey", "The specified key does not exist.");
        let (name, key) = source.trim_start_matches('/').split_once('/').ok_or_else(absent)?;
        let object = self.bucket(name).and_then(|bucket| bucket.get(key)).ok_or_else(absent)?;
        let wanted = asked.header("x-amz-copy-source-if-match");
        if wanted.is_some_and(|wanted| wanted.trim_matches('"') != object.etag) {
            let what = "At least one of the pre-conditions you specified did not hold";
            return Err(error(412, "PreconditionFailed", what));
        }
        Ok(object)
    }

    fn copy(&self, asked: &Asked, bucket: &Bucket, source: Object) -> Answer {
        {
            let mut first = self.first.lock().expect("the first copy");
            let pages = first.pages;
            first.pages_before_copy.get_or_insert(pages);
        }
        self.copies.fetch_add(1, Ordering::Relaxed);
        let algorithm = match asked.header("x-amz-checksum-algorithm") {
            Some(_) => asked.algorithm(),
            None => source.algorithm,
        };
        let replace = asked.header("x-amz-metadata-directive") == Some("REPLACE");
        let headers = if replace { asked.kept_headers() } else { source.headers.clone() };
        let mut object = Object { headers, modified: now(), ..source };
        if algorithm != object.algorithm {
            object =
                Object { headers: object.headers, ..Object::new(object.content, algorithm, now()) };
        }
        let text = format!(
            "<CopyObjectResult><LastModified>{}</LastModified><ETag>&quot;{}&quot;</ETag>\
             <ChecksumType>FULL_OBJECT</ChecksumType><Checksum{name}>{}</Checksum{name}>\
             </CopyObjectResult>",
            iso(object.modified),
            object.etag,
            object.checksum,
            name = object.algorithm.name()
        );
        bucket.stored.write().expect("the objects").insert(asked.key.clone(), object);
        answer(200, "application/xml", text)
    }

    fn post(&self, asked: &Asked, bucket: &Bucket) -> Answer {
        let key = escaped(&asked.key);
        if asked.query.contains_key("uploads") {
            let id = format!("upload-{}", self.uploads.fetch_add(1, Ordering::Relaxed));
            let upload =
                store::Upload { headers: asked.kept_headers(), ..store::Upload::default() };
            bucket.uploads.lock().expect("the uploads").insert(id.clone(), upload);
            let text = format!(
                "<InitiateMultipartUploadResult><Key>{key}</Key><UploadId>{id}</UploadId>\
                 </InitiateMultipartUploadResult>"
            );
            return answer(200, "application/xml", text);
        }
        let id = asked.query.get("uploadId").map(String::as_str).unwrap_or_default();
        let Some(upload) = bucket.uploads.lock().expect("the uploads").remove(id) else {
            return error(404, "NoSuchUpload", "The specified upload does not exist");
        };
        let object = Object::of_parts(upload, now());
        let text = format!(
            "<CompleteMultipartUploadResult><Key>{key}</Key><ETag>&quot;{}&quot;</ETag>\
             </CompleteMultipartUploadResult>",
            object.etag
        );
        bucket.stored.write().expect("the objects").insert(asked.key.clone(), object);
        answer(200, "application/xml", text)
    }
}

impl Asked {
    fn header(&self, name: &str) -> Option<&str> {
        self.request.headers().get(name)?.to_str().ok()
    }

    fn algorithm(&self) -> Algorithm {
        let named = self.header("x-amz-checksum-algorithm");
        let named = named.or_else(|| self.header("x-amz-sdk-checksum-algorithm"));
        named.and_then(Algorithm::of).unwrap_or(Algorithm::Crc64nvme)
    }

    fn kept_headers(&self) -> Vec<(String, String)> {
        let kept = self.request.headers().iter().filter(|(name, _)| {
            name.as_str() == "content-type" || name.as_str().starts_with("x-amz-meta-")
        });
        kept.filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
            .collect()
    }
}

impl Handler for S3 {
    fn answer(self: Arc<Self>, request: Request<Bytes>) -> Pending {
        Box::pin(async move { self.reply(request) })
    }
}

/// An object: its head, its body, its attributes, its tags.
fn read(asked: &Asked, bucket: &Bucket) -> Answer {
    let Some(object) = bucket.get(&asked.key) else {
        if asked.request.method() == Method::HEAD {
            return answer(404, "application/xml", "");
        }
        return error(404, "NoSuchKey", "The specified key does not exist.");
    };
    if asked.query.contains_key("tagging") {
        return answer(200, "application/xml", "<Tagging><TagSet/></Tagging>");
    }
    if asked.query.contains_key("attributes") {
        return xml::attributes(&object);
    }
    // The length of the body is the `content-length`: the server leaves the body out of a HEAD.
    let mut answer = answer(200, "application/octet-stream", object.content.bytes());
    let mut put = |name: &str, value: &str| {
        if let (Ok(name), Ok(value)) = (name.parse::<hyper::header::HeaderName>(), value.parse()) {
            answer.headers_mut().insert(name, value);
        }
    };
    for (name, value) in &object.headers {
        put(name, value);
    }
    put("etag", &format!("\"{}\"", object.etag));
    put("last-modified", &http_date(object.modified));
    put("accept-ranges", "bytes");
    if asked.header("x-amz-checksum-mode").is_some() {
        let name = object.algorithm.name().to_ascii_lowercase();
        put(&format!("x-amz-checksum-{name}"), &object.checksum);
        put("x-amz-checksum-type", "FULL_OBJECT");
    }
    answer
}

fn copy_part(asked: &Asked, bucket: &Bucket, source: &Object, part: u32, upload: &str) -> Answer {
    let bytes = source.content.bytes();
    let range = asked.header("x-amz-copy-source-range").and_then(|range| {
        let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
        Some((first.parse::<usize>().ok()?, last.parse::<usize>().ok()?))
    });
    let bytes = match range {
        Some((first, last)) if first <= last && last < bytes.len() => bytes.slice(first..=last),
        Some(_) => return error(416, "InvalidRange", "The requested range is not satisfiable"),
        None => bytes,
    };
    let etag = Object::new(Content::Bytes(bytes.clone()), Algorithm::Crc32, 0).etag;
    if !keep_part(bucket, upload, part, bytes) {
        return error(404, "NoSuchUpload", "The specified upload does not exist");
    }
    let text = format!(
        "<CopyPartResult><LastModified>{}</LastModified><ETag>&quot;{etag}&quot;</ETag>\
         </CopyPartResult>",
        iso(now())
    );
    answer(200, "application/xml", text)
}

fn keep_part(bucket: &Bucket, upload: &str, part: u32, bytes: Bytes) -> bool {
    let mut uploads = bucket.uploads.lock().expect("the uploads");
    let Some(upload) = uploads.get_mut(upload) else { return false };
    upload.parts.insert(part, bytes);
    true
}

fn etag_only(etag: &str) -> Answer {
    let mut answer = answer(200, "application/xml", "");
    if let Ok(etag) = format!("\"{etag}\"").parse() {
        answer.headers_mut().insert("etag", etag);
    }
    answer
}

/// The bytes of a body, without the frames of `aws-chunked`.
fn body(asked: &Asked) -> Bytes {
    let body = asked.request.body();
    if !asked.header("content-encoding").is_some_and(|named| named.contains("aws-chunked")) {
        return body.clone();
    }
    let (mut rest, mut whole) = (&body[..], Vec::new());
    while let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
        let line = std::str::from_utf8(&rest[..end]).unwrap_or_default();
        let size = line.split(';').next().and_then(|size| usize::from_str_radix(size, 16).ok());
        let Some(size) = size.filter(|size| *size > 0 && end + 2 + size <= rest.len()) else {
            break;
        };
        whole.extend_from_slice(&rest[end + 2..end + 2 + size]);
        rest = rest.get(end + 2 + size + 2..).unwrap_or_default();
    }
    whole.into()
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

/// Percent-encoding taken back.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut found, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).and_then(|two| std::str::from_utf8(two).ok());
        match (bytes[at], hex.and_then(|two| u8::from_str_radix(two, 16).ok())) {
            (b'%', Some(byte)) => {
                found.push(byte);
                at += 3;
            }
            (byte, _) => {
                found.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&found).into_owned()
}
