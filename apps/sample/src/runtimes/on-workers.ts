// The API on Workers, where what stands in front tells the client's address.

import { createApp } from './app.ts'

const app = createApp((request: Request) => request.headers.get('cf-connecting-ip') ?? undefined)

export default { fetch: (request: Request): Promise<Response> => app(request) }
