// The house rules of who may import whom; `pnpm lint` fails on a breach or a cycle.

const between = (name, from, to, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, pathNot: '\\.test\\.ts$|/testing/' },
  to,
})

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    between(
      'core-stands-alone',
      '^packages/auth-core/src',
      { pathNot: '^packages/auth-core/src' },
      'auth-core imports nothing outside itself',
    ),
    between(
      'codecs-know-no-floor-above',
      '^packages/auth-core/src/(?!client/|server/|influxdb/)',
      { path: '^packages/auth-core/src/(client|server|influxdb)/' },
      'the codecs import neither client, server nor influxdb',
    ),
    between('client-without-server', '^packages/auth-core/src/client/', {
      path: '^packages/auth-core/src/(server|influxdb/(?!products\\.ts))',
    }),
    between('server-without-client', '^packages/auth-core/src/server/', {
      path: '^packages/auth-core/src/(client|influxdb/(?!products\\.ts))',
    }),
    between('influxdb-without-server', '^packages/auth-core/src/influxdb/', {
      path: '^packages/auth-core/src/server/',
    }),
    between(
      'products-are-data',
      '^packages/auth-core/src/influxdb/products\\.ts$',
      { path: '.' },
      'the table of products imports nothing',
    ),
    between(
      'browser-on-core-alone',
      '^packages/auth-browser/src',
      { pathNot: '^packages/(auth-browser/src|auth-core/dist)', dependencyTypesNot: ['npm-peer'] },
      'auth-browser depends on auth-core alone',
    ),
    between('node-without-browser', '^packages/auth-node/src', {
      path: '^packages/(auth-browser|auth-cli)/',
    }),
    between('core-without-node', '^packages/(auth-core|auth-browser)/src', { dependencyTypes: ['core'] }),
    {
      name: 'public-entries-only',
      comment: 'packages and apps meet at their public entries',
      severity: 'error',
      from: { path: '^(packages|apps)/([^/]+)/' },
      to: {
        path: '^packages/[^/]+/(src|dist)/',
        pathNot: [
          '^packages/$2/',
          '^packages/[^/]+/dist/((servers|stores)/)?[^/]+\\.(js|cjs|d\\.ts)$',
          '^packages/auth-browser/dist/element\\.css$',
        ],
      },
    },
    {
      name: 'declared-dependencies',
      comment: 'what is imported stands in the package.json of the importer',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'published-code-without-dev-dependencies',
      comment: 'the command line is one program, with what it needs built in',
      severity: 'error',
      from: { path: '^packages/(?!auth-cli/)[^/]+/src', pathNot: '\\.test\\.ts$|/testing/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm-peer', 'type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '/dist/'] },
    exclude: { path: ['/dist/[^/]+\\.map$'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'types', 'default'],
    },
    combinedDependencies: true,
  },
}
