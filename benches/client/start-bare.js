// A program that does nothing: how long Node takes to start.
export {}
