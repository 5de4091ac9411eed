// A file that fails before it has defined a test.

throw new Error('this file cannot be run')
