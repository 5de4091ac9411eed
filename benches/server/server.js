// The servers of the bench, in a process of their own: the framework is named on the command line, and whose rules the guard has.

import { frameworks } from './frameworks.js'

process.send(await frameworks[process.argv[2]](process.argv[3]))
process.on('disconnect', () => process.exit())
