import { defineConfig } from 'tsup'
import { publishedPackage } from '../../tsup.base.ts'

export default defineConfig(publishedPackage({ index: 'src/index.ts', client: 'src/client/index.ts' }))
