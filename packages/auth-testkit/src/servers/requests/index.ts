// The requests that every server must answer alike: scheme by form by outcome, for each product.

import { challengeRequests, plainChallengeRequests } from './challenges.ts'
import { cookieRequests, trusted } from './cookies.ts'
import { otherRequests } from './others.ts'
import { permissionRequests } from './permissions.ts'
import type { ServerScenario } from './scenario.ts'
import { serverlessRequests } from './serverless.ts'
import { v1Requests } from './v1.ts'
import { queryRequests, v2Requests } from './v2.ts'
import { v2QueryRequests } from './v2-query.ts'
import { v3Requests } from './v3.ts'

/** Every request of the table, with what is to be answered. */
export const serverScenarios: readonly ServerScenario[] = [
  ...serverlessRequests,
  ...v2Requests,
  ...v2QueryRequests,
  ...v1Requests,
  ...v3Requests,
  ...cookieRequests,
  trusted,
  ...permissionRequests,
  ...challengeRequests,
  ...plainChallengeRequests,
  ...queryRequests,
  ...otherRequests,
]
