//! The mapping to AWS, tested against emulators that nobody here wrote and against connections
//! that break. What the emulators get wrong is written where it is met.
#![cfg(all(test, feature = "aws"))]

mod autoscaling;
mod backup;
mod breaks;
mod clock;
mod cloudformation;
mod cloudtrail;
mod cloudwatch;
mod differential;
mod dynamodb;
mod emulator;
mod environment;
mod features;
mod login;
mod objects;
mod phase_1;
mod place;
mod proxy;
mod rollback;
mod rollout;
mod s3;
mod s3control;
mod sns;
mod ssm;
mod sts;
mod support;
mod tls;
mod transport;
mod walk;
