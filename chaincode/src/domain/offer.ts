import { insist } from './refusal.js';
import type { Offer, Row } from './rows.js';
import { parsePublicKey } from './signature.js';

type Disk = Row<'disk'>;

const mostKeysKept = 8;

/** The offer of a disk that counts in an epoch. */
export function offerIn(disk: Disk, epoch: bigint): Offer {
  return disk.next !== undefined && epoch >= disk.next.from ? disk.next.offer : disk.offer;
}

/** Refuses what no disk can be: no capacity, a door that is no HTTPS address, a key that is none. */
export function checkOffer(offer: Offer): Offer {
  insist(
    offer.capacityBytes > 0n && offer.capacityBytes <= 2n ** 60n,
    'capacity-out-of-range',
    'a disk has 1 byte to 2^60 bytes',
  );
  insist(
    /^https:\/\/[A-Za-z0-9.:[\]-]{1,200}$/.test(offer.door),
    'arguments-malformed',
    'the door must be https://host:port',
  );
  parsePublicKey(offer.agentKey);
  return offer;
}

/** What a provider changes of an offer. */
export type OfferChange = Partial<
  Pick<Offer, 'state' | 'door' | 'agentKey' | 'capacityBytes' | 'price' | 'collateralRate'>
>;

/**
 * The disk with a change that counts from the next epoch on; one change an epoch (`disk-changed`), none while it
 * retires (`disk-retiring`), never less capacity than is leased. A replaced key stays good for receipts until `keepUntil`;
 * a ninth key is refused as `disk-changed` while eight replaced ones are still good, or a receipt would lapse early.
 */
export function changedOffer(
  disk: Disk,
  epoch: bigint,
  change: OfferChange,
  reservedBytes: bigint,
  keepUntil: bigint,
): Disk {
  const now = offerIn(disk, epoch);
  insist(
    disk.next === undefined || epoch >= disk.next.from,
    'disk-changed',
    `the disk has changed in epoch ${epoch} already`,
  );
  insist(now.state !== 'retiring', 'disk-retiring', 'a retiring disk does not change any more');
  const offer = checkOffer({ ...now, ...change });
  insist(offer.capacityBytes >= reservedBytes, 'capacity-out-of-range', `${reservedBytes} bytes are leased`);
  const rotated = offer.agentKey !== now.agentKey;
  const kept = disk.formerKeys.filter((key) => key.lastEpoch >= epoch);
  insist(
    !rotated || kept.length < mostKeysKept,
    'disk-changed',
    `${mostKeysKept} replaced keys are still good for receipts`,
  );
  return {
    ...disk,
    offer: now,
    next: { from: epoch + 1n, offer },
    formerKeys: rotated ? [...kept, { agentKey: now.agentKey, lastEpoch: keepUntil }] : kept,
  };
}

/** Keys that may have signed a receipt honoured in this epoch: the one in force, the next, and replaced ones that still count. */
export function receiptKeys(disk: Disk, epoch: bigint): string[] {
  const former = disk.formerKeys.filter((key) => key.lastEpoch >= epoch).map((key) => key.agentKey);
  return [
    ...new Set([
      offerIn(disk, epoch).agentKey,
      ...(disk.next === undefined ? [] : [disk.next.offer.agentKey]),
      ...former,
    ]),
  ];
}
