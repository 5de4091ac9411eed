// A page with nothing but the element on it.

import { defineSignIn } from '../element/index.ts'
import { createBrowserAuth } from '../index.ts'
import { memoryVault } from '../vaults/memory.ts'

window.auth = createBrowserAuth({ vault: memoryVault() })
defineSignIn(window.auth)
