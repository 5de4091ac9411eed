// The servers of the bench, in a process of their own: the framework is named on the command line.

import { frameworks } from './frameworks.js'

process.send(await frameworks[process.argv[2]]())
process.on('disconnect', () => process.exit())
