/** What visitors can narrow the areas by: each level of an address, within those above it. */
import type { AreaFilters } from '@pantau/contract/area';
import type { Area } from './area.ts';

/** Distinct and in order; a level that an area leaves empty is in no list, and neither are those below it. */
export function listAreaFilters(areas: readonly Area[]): AreaFilters {
  const kecamatan = new Map<string, string>();
  const kelurahan = new Map<string, AreaFilters['kelurahan'][number]>();
  const rw = new Map<string, AreaFilters['rw'][number]>();
  for (const area of areas) {
    if (area.kecamatan === null) continue;
    kecamatan.set(area.kecamatan, area.kecamatan);
    if (area.kelurahan === null) continue;
    const pair = { kelurahan: area.kelurahan, kecamatan: area.kecamatan };
    kelurahan.set(JSON.stringify([area.kecamatan, area.kelurahan]), pair);
    if (area.rw === null) continue;
    rw.set(JSON.stringify([area.kecamatan, area.kelurahan, area.rw]), { rw: area.rw, ...pair });
  }
  const collator = new Intl.Collator('id', { numeric: true });
  const byLevels = (one: Levels, other: Levels) =>
    collator.compare(one.kecamatan, other.kecamatan) ||
    collator.compare(one.kelurahan, other.kelurahan) ||
    collator.compare(one.rw ?? '', other.rw ?? '');
  return {
    kecamatan: [...kecamatan.values()].toSorted((one, other) => collator.compare(one, other)),
    kelurahan: [...kelurahan.values()].toSorted(byLevels),
    rw: [...rw.values()].toSorted(byLevels),
  };
}

interface Levels {
  readonly kecamatan: string;
  readonly kelurahan: string;
  readonly rw?: string;
}
