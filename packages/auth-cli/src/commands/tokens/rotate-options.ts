// How a rotation is asked for, of whichever product.

import type { DestinationOptions } from './destination.ts'

export interface RotateOptions extends DestinationOptions {
  readonly yes?: true
}
