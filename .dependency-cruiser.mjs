/**
 * The arrow of imports: protocols -> domain -> infrastructure (database, outbound calls, secrets, the client library). What a protocol needs of the database it asks the domain
 * for; the domain knows no HTTP, no XML, no Dhru. Only the composition root and the command line see everything.
 */
const domain =
  '^src/(accounts|catalogue|wallet|deposits|orders|fulfilment|suppliers|routes|sync|jobs|requests|notices|webhooks|statements)/'
const protocols = '^src/(dhru|rest|console|hooks)/'

export default {
  forbidden: [
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'infrastructure-knows-nobody',
      severity: 'error',
      from: { path: '^src/(database|outbound|secrets|client)/' },
      to: { path: '^src/', pathNot: '^src/$1/' },
    },
    {
      name: 'domain-knows-no-protocol',
      comment: 'no HTTP, no XML, no Dhru, no command line in the domain',
      severity: 'error',
      from: { path: domain },
      to: {
        path: [
          protocols,
          '^src/(command|fake-supplier|server|main|metrics|config)',
          'node_modules/(fastify|htmlparser2|commander)',
        ],
      },
    },
    {
      name: 'protocols-know-no-sql',
      comment: 'a protocol goes through the domain; it only hands the pool on',
      severity: 'error',
      from: { path: protocols },
      to: { path: ['\\.sql\\.ts$', 'node_modules/postgres/'] },
    },
    {
      name: 'protocols-do-not-meet',
      severity: 'error',
      from: { path: '^src/(dhru|rest|console|hooks)/' },
      to: { path: protocols, pathNot: '^src/$1/' },
    },
    {
      name: 'queries-stay-beside-their-domain',
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: '\\.sql\\.ts$', pathNot: '^src/($1)/' },
    },
    {
      name: 'only-the-root-wires',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(server|main|metrics|command/)' },
      to: { path: '^src/(server|main|command/)' },
    },
    {
      name: 'no-development-packages',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types'],
    },
  },
}
