"""HTTP service over the engine: handlers translate, they do not think."""
