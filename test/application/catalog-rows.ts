import type { Catalog } from '@dstore/application/ports/catalog.js';

/** Everything a catalog answers, for two of them to be compared. */
export function allOf(catalog: Catalog) {
  const buckets = catalog.buckets();
  const listed = buckets.map(({ bucket }) =>
    catalog.list({ bucket, prefix: '', limit: 1_000_000, versions: true }),
  );
  const versions = listed.flat().map(({ versionId }) => catalog.version(versionId));
  const stripes = [...catalog.stripes(), ...catalog.deadStripes()];
  const revision = catalog.revision();
  return {
    revision,
    buckets,
    listed,
    versions,
    stripes,
    entries: stripes.map(({ stripeId }) => catalog.holdsEntry(stripeId)),
    versionsIn: stripes.map(({ stripeId }) => [...catalog.versionsIn(stripeId)].sort()),
    mirrors: [...catalog.mirrors()].sort((a, b) => (a.leaseId < b.leaseId ? -1 : 1)),
    leftovers: catalog.leftovers(),
    chain: catalog.entryChain(),
    locators: Array.from({ length: Number(revision) }, (_, at) => catalog.locator(BigInt(at) + 1n)),
    usage: catalog.usage(),
    held: buckets.map(({ bucket }) => catalog.bucketUsage(bucket)),
  };
}
