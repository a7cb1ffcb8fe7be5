//! Settings of this service.
