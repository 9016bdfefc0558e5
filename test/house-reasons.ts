/** Sources without a test of their own name, and where they are tested instead. */
export const unmirrored: Readonly<Record<string, string>> = {
  'application/src/cli/confirm.ts': 'program.test.ts and verbs/lease.test.ts have nobody to ask',
  'application/src/cli/lease-program.ts': 'verbs/lease.test.ts runs its verbs',
  'application/src/http/lease-schemas.ts':
    'declarations; bad-input.test.ts and lease-controller.test.ts hold requests and answers to them',
  'application/src/use-cases/find-notes.ts': 'change-lease.test.ts finds notes through it, and too few',
  'chaincode/src/domain/rows.ts':
    'declarations; every shape is exercised by the contracts and their bad-input table',
  'chaincode/src/domain/transactions.ts':
    'declarations; every shape is exercised by the contracts and their bad-input table',
  'application/src/ports/fault.ts': 'declarations; problem.test.ts covers every code',
  'chaincode/src/contracts/lease-ending.ts':
    'lease-contract.test.ts closes and defaults leases, early, late and wrongly',
  'chaincode/src/contracts/lease-judging.ts':
    'audit-contract.test.ts judges, pays, bars and refuses through it',
  'chaincode/src/contracts/lease-opening.ts':
    'lease-contract.test.ts opens leases and meets every refusal of it',
  'chaincode/src/contracts/lease-terms.ts': 'lease-contract.test.ts extends and resizes leases',
  'application/src/ports/ledger.ts':
    'an interface and a loop over its pages, held by the ledger conformance suite',
  'application/src/adapters/sqlite/catalog-salvage.ts':
    'recover-vault.test.ts lets it go round each flush of a history',
  'application/src/adapters/sqlite/write-back-thread.ts': 'write-back.test.ts lets it write, fail and go',
  'application/src/door/bundle-routes.ts': 'https-doors.test.ts and bad-input.test.ts ask for bundles',
  'application/src/use-cases/read-bundle.ts': 'replay-audits.test.ts reads through it, there and gone',
  'application/src/use-cases/gather-vectors.ts':
    'recover-vault.test.ts takes vectors through it, and false ones',
  'application/src/use-cases/replace-entries.ts': 'recovering.test.ts loses entries that a catalog knows',
  'application/src/adapters/sqlite/catalog-listing.ts':
    'the conformance of SqliteCatalog lists through it; list-objects.test.ts pages, begins and groups',
  'application/src/use-cases/collect-receipts.ts':
    'failing-disks.test.ts lets providers be silent, slow and wrong while they sign',
  'application/src/use-cases/tails.ts':
    'build-flush packs with it in every put; compacting.test.ts moves with it',
  'application/src/adapters/file/medium.ts':
    'file-disk.test.ts writes through it and lets each of its steps fail',
  'application/src/adapters/file/store-lock.ts':
    'file-disk.test.ts opens a disk twice in one process and in two',
  'application/src/adapters/file/master-key-file.ts':
    'the format of what FileKeyring keeps, tested through it',
  'network/src/embedded/block.ts':
    'delivery.test.ts follows the hashes of whole blocks, crash.test.ts replays them',
  'network/src/embedded/chain.ts':
    'crash.test.ts replays, cuts and refuses it; the conformance suite appends to it',
  'network/src/embedded/config-block.ts': 'delivery.test.ts reads organizations back from the first block',
  'network/src/embedded/endorser.ts':
    'validator.test.ts judges what it signs, gateway.test.ts what it declines',
  'network/src/embedded/gateway-client.ts':
    'every test of the embedded network speaks through it; gateway.test.ts ends its waits',
  'network/src/embedded/grpc.ts': 'gateway.test.ts reads its details with the client library',
  'network/src/embedded/members.ts':
    'gateway.test.ts and validator.test.ts refuse strangers and forged signatures',
  'network/src/embedded/orderer.ts': 'the conformance suite and crash.test.ts submit to it concurrently',
  'network/src/embedded/proposal.ts': 'gateway.test.ts refuses each kind of bad proposal',
  'network/src/embedded/snapshot.ts': 'crash.test.ts reopens from good, wrong and missing snapshots',
  'network/src/embedded/transaction.ts': 'validator.test.ts builds, alters and judges transactions',
  'application/src/adapters/fabric/ledger-events.ts':
    'the ledger conformance suite reads, resumes and ends its events',
  'application/src/adapters/fabric/transaction-lookup.ts':
    'fabric-ledger.test.ts looks up lost outcomes, found and not',
  'application/src/adapters/file/token-file.ts':
    'verify-token.test.ts issues, reopens, races and refuses through it',
  'application/src/cli/gateway-client.ts': 'program.test.ts speaks through it with a gateway',
  'application/src/cli/local-file.ts': 'local-name.test.ts writes through it, whole and cut short',
  'application/src/cli/location.ts':
    'program.test.ts gives good and bad places, local-name.test.ts evil ones',
  'application/src/cli/main.ts': 'program.test.ts runs the command; this hands it the process',
  'application/src/cli/outcome.ts': 'program.test.ts ends with every exit code',
  'application/src/cli/progress.ts': 'text.test.ts reads its line',
  'application/src/cli/ca-obstacle.ts': 'verbs/identity.test.ts meets each obstacle',
  'application/src/cli/identity-desk.ts': 'verbs/identity.test.ts finds organizations and CAs through it',
  'application/src/cli/identity-program.ts': 'verbs/identity.test.ts runs its verbs',
  'application/src/cli/speaker.ts': 'program.test.ts reads what it writes, as text and as JSON',
  'application/src/cli/session.ts': 'program.test.ts reads what it writes, as text and as JSON',
  'application/src/cli/terminal.ts': 'program.test.ts reads and writes through one',
  'application/src/cli/transfer.ts': 'program.test.ts copies both ways',
  'application/src/cli/verbs/change.ts': 'program.test.ts and buckets.test.ts run it against a gateway',
  'application/src/cli/verbs/copy.ts': 'program.test.ts runs the verbs against a gateway',
  'application/src/cli/verbs/demo.ts': 'program.test.ts runs the verbs against a gateway',
  'application/src/cli/verbs/list.ts': 'program.test.ts and buckets.test.ts run it against a gateway',
  'application/src/cli/verbs/watch.ts': 'look.test.ts lists and follows, program.test.ts follows verdicts',
  'application/src/core/audit-view.ts': 'views.test.ts shows each of the four words',
  'application/src/core/token.ts': 'verify-token.test.ts makes and refuses tokens',
  'application/src/http/caller.ts':
    'token-controller.test.ts gives by the role of the caller that it remembers',
  'application/src/cli/token-program.ts': 'verbs/token.test.ts runs its verbs',
  'application/src/http/answer-interceptor.ts':
    'views.test.ts holds answers to their schemas, bad-input.test.ts refuses stray queries',
  'application/src/http/controllers/audit-controller.ts': 'read-audit.test.ts asks it for everything',
  'application/src/use-cases/list-earnings.ts': 'views.test.ts shows each kind of epoch through it',
  'application/src/http/bodies.ts': 'bad-input.test.ts sends every kind of body',
  'application/src/http/conditional.ts': 'object-reader.test.ts asks with every condition',
  'application/src/http/controllers/demo-controller.ts':
    'thin: guard.test.ts, bad-input.test.ts, object-reader.test.ts and views.test.ts call every route',
  'application/src/http/controllers/event-controller.ts':
    'thin: guard.test.ts, bad-input.test.ts, object-reader.test.ts and views.test.ts call every route',
  'application/src/http/controllers/ledger-controller.ts':
    'thin: guard.test.ts, bad-input.test.ts, object-reader.test.ts and views.test.ts call every route',
  'application/src/http/controllers/object-controller.ts':
    'thin: guard.test.ts, bad-input.test.ts, object-reader.test.ts and views.test.ts call every route',
  'application/src/http/controllers/open-controller.ts':
    'thin: guard.test.ts, bad-input.test.ts, object-reader.test.ts and views.test.ts call every route',
  'application/src/http/controllers/vault-controller.ts':
    'thin: guard.test.ts, bad-input.test.ts, object-reader.test.ts and views.test.ts call every route',
  'application/src/http/create-gateway.ts': 'every test of this room runs the gateway that it makes',
  'application/src/http/docs-page.ts': 'bad-input.test.ts reads the page',
  'application/src/http/event-stream.ts': 'views.test.ts follows and resumes events',
  'application/src/http/gateway-use-cases.ts': 'declarations',
  'application/src/http/malformed.ts': 'bad-input.test.ts names flaws by pointer',
  'application/src/http/object-headers.ts':
    'object-reader.test.ts reads what a put kept, bad-input.test.ts sends bad ones',
  'application/src/http/operation.ts': 'declarations; guard.test.ts tries every role on every route',
  'application/src/http/page.ts': 'bad-input.test.ts reads the page, its style and its script',
  'application/src/http/parameters.ts': 'openapi.test.ts compares what it finds with the router',
  'application/src/http/problem-filter.ts': 'bad-input.test.ts reads the problem of every refusal',
  'application/src/http/range.ts': 'object-reader.test.ts asks with 40 ranges',
  'application/src/http/route-table.ts': 'guard.test.ts and openapi.test.ts take their routes from it',
  'application/src/http/schema-pipe.ts': 'bad-input.test.ts names flaws by pointer',
  'application/src/http/schemas.ts':
    'declarations; bad-input.test.ts and views.test.ts hold requests and answers to them',
  'application/src/http/token-schemas.ts':
    'declarations; token-controller.test.ts and bad-input.test.ts hold requests and answers to them',
  'application/src/http/write-openapi.ts': 'openapi.test.ts compares the file that it wrote',
  'application/src/use-cases/follow-events.ts':
    'hands on what the ledger port gives; views.test.ts follows events',
  'application/src/use-cases/issue-token.ts': 'verify-token.test.ts issues with it',
  'application/src/use-cases/list-audits.ts': 'views.test.ts reads rows through it',
  'application/src/use-cases/list-buckets.ts': 'views.test.ts reads rows through it',
  'application/src/use-cases/list-epochs.ts': 'views.test.ts reads rows through it',
  'application/src/use-cases/list-leases.ts': 'views.test.ts reads rows through it',
  'application/src/use-cases/list-members.ts': 'views.test.ts reads rows through it',
  'application/src/use-cases/read-account.ts': 'views.test.ts reads rows through it',
  'application/src/use-cases/read-supply.ts': 'views.test.ts reads rows through it',
  'application/src/use-cases/read-usage.ts': 'views.test.ts reads rows through it',
  'application/src/use-cases/read-vault.ts': 'views.test.ts reads rows through it',
  'application/src/adapters/sqlite/catalog-parts.ts':
    'the catalog conformance suite restores what it restates, write-checkpoint.test.ts whole vaults',
  'application/src/adapters/sqlite/catalog-schema.ts':
    'the catalog conformance suite reopens what it made, sqlite-catalog.test.ts refuses a newer one',
  'application/src/adapters/sqlite/catalog-writer.ts':
    'the catalog conformance suite applies random flushes through it and compares with a naive model',
  'network/src/commands/watch.ts':
    'real/faults.test.ts kills what it starts again; watch.test.ts is its rules',
  'network/src/native/application-process.ts':
    'real/interrupted.test.ts kills it anywhere, real/walks.test.ts uses what it starts',
  'application/src/compose-disks.ts': 'wiring; real/walks.test.ts puts, audits and repairs through it',
  'application/src/compose-identities.ts':
    'wiring, run by test/network/native/real/walks.test.ts, which enrols and revokes over REST',
  'application/src/compose-gateway.ts': 'wiring; real/walks.test.ts puts and gets through it',
  'application/src/compose-organization.ts': 'wiring; real/faults.test.ts starts, kills and restarts it',
  'application/src/ending.ts': 'main.test.ts ends a process by it',
  'application/src/found.ts': 'real/interrupted.test.ts founds again and again, real/walks.test.ts once',
  'application/src/organization-members.ts': 'real/walks.test.ts reads and signs as all of its members',
  'application/src/reset.ts': 'reads settings and asks at the terminal; remove-home.test.ts does the rest',
  'application/src/serve.ts': 'real/faults.test.ts kills and restarts it as a process',
  'application/src/vault-secrets.ts': 'main.test.ts starts with keys, words, token, and without',
  'application/src/adapters/sqlite/lease-book-schema.ts':
    'the lease book conformance suite reopens what it made, sqlite-lease-book.test.ts refuses a newer one',
  'application/src/use-cases/delete-object.ts':
    'sort-changes.test.ts judges deletions, change-bucket.test.ts and commit-moves.test.ts run them',
  'application/src/use-cases/explain-placement.ts': 'locate-shards.test.ts explains with and without a place',
  'application/src/use-cases/lease-on-disks.ts': 'vault.test.ts finds leases and their absence',
  'application/src/use-cases/map-stripes.ts': 'locate-shards.test.ts maps a vault',
  'application/src/use-cases/stat-object.ts': 'locate-shards.test.ts asks for what is there and what is not',
  'application/src/use-cases/read-entry.ts':
    'write-checkpoint.test.ts reads entries and checkpoints through it, with disks down and shards moved',
  'application/src/ports/identities.ts':
    'declarations; the identities conformance suite holds adapters to it',
  'application/src/ports/token-store.ts': 'declarations; guard.test.ts tries every role',
  'application/src/adapters/threads/codec-seat.ts': 'the codec conformance suite sits in it',
  'application/src/adapters/threads/codec-thread.ts': 'every test of ThreadCodec runs it',
  'application/src/adapters/threads/thread-pool.ts':
    'thread-codec.test.ts lets its threads work, wait, die and be replaced',
  'application/src/core/stripe-work.ts': 'the codec conformance suite does all of its work',
  'application/src/http/connections.ts':
    'rest-on-embedded-network.test.ts and views.test.ts close a gateway with connections open',
  'application/src/adapters/https/door-problem.ts':
    'https-doors.test.ts and door-call.test.ts bring every kind of no and failure',
  'application/src/adapters/https/https-door.ts':
    'https-doors.test.ts calls each of its methods against a real door',
  'application/src/adapters/https/read-bounded.ts':
    'door-call.test.ts sends too much, too little and without an end',
  'application/src/door/answer.ts': 'bad-input.test.ts reads the problem of every refusal',
  'application/src/door/body.ts': 'bad-input.test.ts sends every kind of body',
  'application/src/door/call.ts': 'bad-input.test.ts gives odd leases and CIDs',
  'application/src/door/connections.ts': 'create-door.test.ts closes a door with connections of every kind',
  'application/src/door/content-routes.ts': 'bad-input.test.ts and https-doors.test.ts call every route',
  'application/src/door/exchange.ts':
    'create-door.test.ts, bad-input.test.ts and member-roots.test.ts answer through it',
  'application/src/door/route-table.ts': 'bad-input.test.ts tries other paths and methods',
  'application/src/door/shard-routes.ts': 'bad-input.test.ts and https-doors.test.ts call every route',
  'application/src/ports/door-messages.ts':
    'declarations; bad-input.test.ts and https-doors.test.ts hold requests and answers to them',
  'network/src/fault.ts': 'program.test.ts explains faults',
  'network/src/toolchain/parts.ts': 'declarations; cache.test.ts holds them to the modules',
  'network/src/toolchain/build-part.ts':
    'npm run network:build builds with it; go.test.ts refuses what it could not build with',
  'network/src/native/ports.ts': 'specs.test.ts compares all ports, supervisor.test.ts meets a taken one',
  'network/src/native/layout.ts': 'declarations; specs.test.ts lays four organizations out',
  'network/src/native/process-environment.ts': 'supervisor.test.ts finds processes again by it',
  'network/src/native/stop-all.ts': 'supervisor.test.ts and real/interrupted.test.ts stop with it',
  'network/src/native/wait.ts': 'supervisor.test.ts waits for processes that get ready, end and fail',
  'network/src/native/https.ts': 'real/interrupted.test.ts reads heights through it',
  'network/src/native/write-durably.ts': 'real/interrupted.test.ts cuts off who writes with it',
  'network/src/native/ca-server.ts':
    'specs.test.ts reads its configuration, real/interrupted.test.ts talks to it',
  'network/src/native/holders.ts': 'declarations; specs.test.ts looks for the operator',
  'network/src/native/enrolment.ts': 'real/interrupted.test.ts cuts it off and goes on',
  'network/src/native/channel-config.ts': 'specs.test.ts reads it; real/native-network.test.ts orders by it',
  'network/src/native/genesis.ts': 'real/interrupted.test.ts cuts it off and goes on',
  'network/src/native/orderer-node.ts': 'specs.test.ts reads its environment',
  'network/src/native/peer-node.ts': 'specs.test.ts reads its environment',
  'network/src/native/peer-command.ts': 'real/interrupted.test.ts repeats what was done before',
  'network/src/native/chaincode-package.ts': 'real/native-network.test.ts installs two laws',
  'network/src/native/chaincode-server.ts': 'real/native-network.test.ts runs two laws',
  'network/src/native/lifecycle.ts': 'real/native-network.test.ts defines a law under many names',
  'network/src/native/kubo-daemon.ts': 'specs.test.ts reads its configuration',
  'network/src/native/gateway-access.ts': 'real/native-network.test.ts speaks through it',
  'network/src/native/readiness.ts': 'real/native-network.test.ts goes on after a restart',
  'network/src/native/native-network.ts': 'real/native-network.test.ts brings it up',
  'network/src/native/revocation.ts': 'real/identities.test.ts revokes a member with it',
  'network/src/commands/revoke.ts': 'real/identities.test.ts runs the command',
  'network/src/native/status.ts': 'real/interrupted.test.ts reads the table of a network with a dead peer',
  'network/src/commands/place.ts': 'real/interrupted.test.ts runs the commands',
  'network/src/commands/open-network.ts': 'real/interrupted.test.ts runs the commands',
  'network/src/commands/build.ts': 'toolchain.test.ts readies what it prints',
  'network/src/commands/up.ts': 'real/interrupted.test.ts runs the commands',
  'network/src/commands/down.ts': 'real/interrupted.test.ts runs the commands',
  'network/src/commands/status.ts': 'real/interrupted.test.ts runs the commands',
  'network/src/commands/logs.ts': 'prints the ends of files; supervisor.test.ts reads them the same way',
  'network/src/commands/reset.ts': 'real/interrupted.test.ts runs the commands',
  'network/src/commands/main.ts': 'real/interrupted.test.ts runs the commands',
  'organizations/src/ca-connection.ts': 'fabric-ca.test.ts speaks through it and checks what it signs',
  'organizations/src/ca-refusal.ts': 'fabric-ca.test.ts is refused in each way',
  'organizations/src/ca-place.ts':
    'cli/verbs/identity.test.ts finds CAs by it, real/identities.test.ts real ones',
  'organizations/src/reading.ts': 'org-file.test.ts reads with every fault',
  'application/src/compose.ts': 'main.test.ts starts, ends and restarts what it wires, demo.test.ts kills it',
  'application/src/compose-provider.ts':
    'main.test.ts and demo.test.ts store on, break and restart the disks that it wires',
  'application/src/compose-vault.ts': 'every test of test/consortium opens its vaults through it',
  'application/src/embedded-consortium.ts':
    'main.test.ts founds, breaks and reopens one, demo.test.ts lets others join it',
  'application/src/embedded-members.ts': 'main.test.ts finds the same members at its second start',
  'application/src/use-cases/build-flush.ts':
    'flush-vault.test.ts looks at the stripes that it packs, test/consortium at its removals, moves and receipts',
  'application/src/use-cases/catch-up.ts':
    'test/consortium/gateways.test.ts opens catalogs that are behind by a commit, by another gateway, by all',
  'application/src/use-cases/open-vault.ts':
    'test/consortium/putting.test.ts and gateways.test.ts open what killed gateways left',
  'application/src/adapters/kubo/kubo-call.ts':
    'kubo-disk.test.ts answers its calls with too much, too little, too late and not at all',
  'application/src/adapters/kubo/kubo-errors.ts': 'kubo-disk.test.ts brings every kind of no and failure',
  'application/src/adapters/kubo/kubo-rpc.ts':
    'kubo-disk.test.ts and real/kubo-disk.test.ts make each of its calls',
  'application/src/adapters/kubo/room.ts': 'the disk conformance suite fills disks and makes room again',
  'network/src/native/gateway-contract.ts': 'real/doctor.test.ts asks peers through it',
  'network/src/native/checks/points.ts': 'doctor.test.ts counts them, real/doctor.test.ts looks at all',
  'network/src/native/compose-file.ts': 'compose.test.ts reads every service of it',
  'network/src/commands/pass.ts':
    'what two containers of docker-compose.yaml run; passage.test.ts is its work',
  'network/src/commands/serve-law.ts': 'what a container of docker-compose.yaml runs; chaincodeSpec says how',
};
