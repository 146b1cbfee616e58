//! GGUF, the one weight format: read, write, quantize.
