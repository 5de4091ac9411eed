// The suite passes on auth-core's store in memory.

import { createMemoryStore } from '@fluxauth/auth-core/server'
import { testStore } from './index.ts'

testStore('in memory', { attempts: false }, () => ({ open: createMemoryStore }))
