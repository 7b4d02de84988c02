/**
 * The short-term reference picture sets of an SPS (ITU-T H.265 sections 7.3.7 and 7.4.8). Nothing of them is needed but
 * where they end; a set may be written as the difference to the one before, so that one has to be followed all the same.
 */
import type { BitReader } from '../bytes/bit-reader.ts';
import { MediaError } from '../media-error.ts';

const MAX_SETS = 64;
/** Pictures in a set: the decoded picture buffer holds no more. */
const MAX_PICTURES = 16;

/** Distances of the pictures of a set in picture order: the negative ones, nearest first, then the positive ones. */
type Distances = readonly number[];

/** Steps over num_short_term_ref_pic_sets and the sets. @throws MediaError */
export function skipShortTermSets(reader: BitReader): void {
  const count = reader.readUnsignedExpGolomb();
  if (count > MAX_SETS) throw malformed();
  let previous: Distances | undefined;
  for (let index = 0; index < count; index++) {
    const isPredicted = previous !== undefined && reader.readFlag();
    previous = isPredicted ? readPredictedSet(reader, previous ?? []) : readSet(reader);
  }
}

function readSet(reader: BitReader): Distances {
  const negative = reader.readUnsignedExpGolomb();
  const positive = reader.readUnsignedExpGolomb();
  if (negative + positive > MAX_PICTURES) throw malformed();
  const distances: number[] = [];
  for (const [count, sign] of [
    [negative, -1],
    [positive, 1],
  ] as const) {
    let distance = 0;
    for (let picture = 0; picture < count; picture++) {
      distance += sign * (readDistance(reader) + 1);
      distances.push(distance);
      reader.skipBits(1); // used_by_curr_pic_flag
    }
  }
  return distances;
}

/** Equations 7-61 and 7-62: the pictures of the set before, and that set's own picture, moved by one distance. */
function readPredictedSet(reader: BitReader, previous: Distances): Distances {
  const isNegative = reader.readFlag();
  const delta = (readDistance(reader) + 1) * (isNegative ? -1 : 1);
  const distances: number[] = [];
  for (const distance of [...previous, 0]) {
    const isUsed = reader.readFlag();
    const isKept = isUsed || reader.readFlag();
    if (isKept && distance + delta !== 0) distances.push(distance + delta);
  }
  if (distances.length > MAX_PICTURES) throw malformed();
  const negative = distances.filter((distance) => distance < 0).toSorted((a, b) => b - a);
  const positive = distances.filter((distance) => distance > 0).toSorted((a, b) => a - b);
  return [...negative, ...positive];
}

function readDistance(reader: BitReader): number {
  const distance = reader.readUnsignedExpGolomb();
  if (distance > 0x7fff) throw malformed();
  return distance;
}

function malformed(): MediaError {
  return new MediaError('VIDEO_MALFORMED', 'the reference picture sets are out of range');
}
