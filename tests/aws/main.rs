//! The mapping to AWS, tested against emulators that nobody here wrote and against connections
//! that break. What the emulators get wrong is written where it is met.
#![cfg(all(test, feature = "aws"))]

mod cloudtrail;
mod cloudwatch;
mod differential;
mod dynamodb;
mod emulator;
mod environment;
mod features;
mod phase_1;
mod s3;
mod sns;
mod sts;
mod support;
mod tls;
mod transport;
