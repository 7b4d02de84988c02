import { describe, expect, it } from 'vitest';
import { mockAreas, mockCameras } from '../../../dev/mock-data.ts';
import { countOnline, groupByArea } from '../areas/group-by-area.ts';
import { searchCameras } from './camera-search.ts';

const cameras = mockCameras(false);
const names = (query: string) => searchCameras(cameras, query).map(({ name }) => name);

describe('searchCameras', () => {
  it('finds by name, street and area, in any case and order', () => {
    expect(names('SIMPANG')).toEqual(['Simpang Lima']);
    expect(names('gajah')).toEqual(['Pasar Besar']);
    expect(names('kapas')).toEqual(['Perlintasan Kapas']);
    expect(names('kota alun')).toEqual(['Alun-Alun Kota']);
    expect(names('álun')).toEqual(['Alun-Alun Kota']);
  });

  it('shows all for nothing, none for nonsense', () => {
    expect(searchCameras(cameras, '   ')).toBe(cameras);
    expect(names('xyz lima')).toEqual([]);
  });
});

describe('groupByArea', () => {
  it('groups in the order of the areas, with what is on', () => {
    const groups = groupByArea(mockCameras(true), mockAreas());
    expect(groups.map(({ name, online, cameras: members }) => [name, online, members.length])).toEqual([
      ['Kota', 3, 3],
      ['Dander', 0, 2],
      ['Kapas', 0, 1],
    ]);
  });

  it('keeps cameras whose area is not in the list yet, and those without one, last', () => {
    const [first, second] = cameras;
    if (first === undefined || second === undefined) throw new Error('the mock has no cameras');
    const groups = groupByArea(
      [
        { ...first, area_id: null, area_name: null },
        { ...second, area_id: 9, area_name: 'Baru' },
      ],
      mockAreas(),
    );
    expect(groups.map(({ name }) => name)).toEqual(['Baru', undefined]);
    expect(groupByArea([], mockAreas(), true)).toHaveLength(3);
    expect(groupByArea([], mockAreas())).toEqual([]);
  });

  it('does not count a camera under maintenance as on', () => {
    const [first] = cameras;
    if (first === undefined) throw new Error('the mock has no cameras');
    expect(countOnline([{ ...first, state: 'maintenance', is_online: true }])).toBe(0);
  });
});
