//! The outside world behind one API.
