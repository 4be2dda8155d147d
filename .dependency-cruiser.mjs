/**
 * The arrow of imports: lib -> runtime -> database, outbound, secrets -> jobs, integrations -> domain -> contract -> protocols -> app ->
 * command. Of the domain, webhooks and statements write shapes of the contract, too.
 * A protocol asks the domain for what it needs of the database; the domain knows no HTTP, no XML, no Dhru. Only the composition root
 * and the command line see everything.
 */
const domain =
  '^src/(account-people|announcements|people|accounts|catalogue|ledger|deposits|orders|fulfilment|suppliers|supplier-routes|price-book|sync|plans|throttles|request-log|idempotency|notices|webhooks|statements|invoices|audit|secret-keys|staff|backup|live|sales|moving-in|inbox|search|today|public-status|shared-results|resellers|brand|kept-settings|message-texts)/'
const protocols = '^src/protocols/'

export default {
  forbidden: [
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'the-web-application-knows-the-apis-alone',
      comment: 'of src it imports the client library: types, amounts, currencies',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^(src|test|bench|scripts)/', pathNot: '^src/client/' },
    },
    {
      name: 'the-program-knows-no-web-application',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^web/' },
    },
    {
      name: 'the-kit-knows-no-page',
      severity: 'error',
      from: { path: '^web/src/(kit|api|identity|words)/' },
      to: { path: '^web/src/(console|portal|gate)/' },
    },
    {
      name: 'pages-do-not-meet',
      comment: 'what two pages share stands in the kit',
      severity: 'error',
      from: { path: '^web/src/(console|portal)/routes/([^/]+)/' },
      to: { path: '^web/src/(console|portal)/routes/', pathNot: '^web/src/$1/routes/$2/' },
    },
    {
      name: 'foundations-know-no-domain',
      severity: 'error',
      from: { path: '^src/(lib|runtime|client)/' },
      to: { path: '^src/', pathNot: '^src/($1|lib)/|^src/errors.ts$' },
    },
    {
      name: 'input-and-output-know-no-domain',
      comment: 'what they do again and again they do by the loops of runtime',
      severity: 'error',
      from: { path: '^src/(database|outbound|secrets)/' },
      to: { path: '^src/', pathNot: '^src/($1|lib|runtime)/|^src/errors.ts$' },
    },
    {
      name: 'jobs-know-no-domain',
      severity: 'error',
      from: { path: '^src/jobs/' },
      to: { path: '^src/', pathNot: '^src/(jobs|database|lib|runtime)/|^src/errors.ts$' },
    },
    {
      name: 'integrations-know-no-domain',
      comment:
        'a kind is one folder: it knows the foundations, the kit and its sort, and calls nobody by itself',
      severity: 'error',
      from: { path: '^src/integrations/' },
      to: { path: '^src/', pathNot: '^src/(integrations|lib|outbound|secrets|client)/|^src/errors.ts$' },
    },
    {
      name: 'domain-knows-no-protocol',
      comment: 'no HTTP, no XML, no Dhru, no command line in the domain',
      severity: 'error',
      from: { path: domain },
      to: {
        path: [
          protocols,
          '^src/(command|fake-supplier|app|main|config)',
          'node_modules/(fastify|htmlparser2|commander)',
        ],
      },
    },
    {
      name: 'protocols-know-no-database',
      comment: 'a protocol holds modules of the domain, which hold the pools',
      severity: 'error',
      from: { path: protocols },
      to: { path: '\\.sql\\.ts$|^src/database/' },
    },
    {
      name: 'only-queries-know-the-driver',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.sql\\.ts$|^src/(database|jobs)/' },
      to: { path: 'node_modules/(pg|kysely)/' },
    },
    {
      name: 'kysely-is-loaded-late',
      comment: 'build and literal of database/build.ts load it when a command first needs it',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/database/build.ts$' },
      to: { path: 'node_modules/kysely/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'contract-knows-no-protocol',
      comment: 'the shapes of answers, and what fills them from the domain',
      severity: 'error',
      from: { path: '^src/contract/' },
      to: { path: [protocols, '^src/(database|app|command)/', '\\.sql\\.ts$', 'node_modules/fastify'] },
    },
    {
      name: 'contract-reads-what-it-is-given',
      comment: 'types of the domain, and tables and pure functions that an answer is made of',
      severity: 'error',
      from: { path: '^src/contract/' },
      to: {
        path: domain,
        pathNot: '^src/(accounts/permissions|catalogue/order-schema|deposits/(deposit|fees))\\.ts$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'protocols-do-not-meet',
      severity: 'error',
      from: { path: '^src/protocols/([^/]+)/' },
      to: { path: protocols, pathNot: '^src/protocols/($1|kit)/' },
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
      from: { path: '^src/', pathNot: '^src/(app/|main|command/)' },
      to: { path: '^src/(app/|main|command/)' },
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
