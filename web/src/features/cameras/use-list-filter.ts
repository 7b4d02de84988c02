import { useLocation, useSearchParams } from 'wouter';

export interface ListFilter {
  readonly query: string;
  /** Id of the one area shown; undefined: all. */
  readonly areaId: number | undefined;
  readonly setQuery: (query: string) => void;
  readonly setAreaId: (areaId: number | undefined) => void;
  readonly clear: () => void;
}

/** What the list shows, kept in the address: `/?wilayah=2&cari=simpang`. Setting it from another page goes to the list. */
export function useListFilter(): ListFilter {
  const [params] = useSearchParams();
  const [path, navigate] = useLocation();
  const areaText = params.get('wilayah') ?? '';
  const go = (next: URLSearchParams) => {
    const search = next.toString();
    navigate(search === '' ? '/' : `/?${search}`, { replace: path === '/' });
  };
  const change = (name: string, value: string) => {
    const next = new URLSearchParams(path === '/' ? params : undefined);
    if (value === '') next.delete(name);
    else next.set(name, value);
    go(next);
  };
  return {
    query: params.get('cari') ?? '',
    areaId: /^\d{1,15}$/.test(areaText) ? Number(areaText) : undefined,
    setQuery: (query) => change('cari', query),
    setAreaId: (areaId) => change('wilayah', areaId === undefined ? '' : String(areaId)),
    clear: () => go(new URLSearchParams()),
  };
}
