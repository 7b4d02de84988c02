import type { ReactNode } from 'react';
import { classNames } from '../class-names.ts';

export interface Column<T> {
  readonly id: string;
  readonly header: string;
  readonly cell: (row: T) => ReactNode;
  /** The name of the row: the heading of its card on phones. */
  readonly isName?: boolean;
  /** Not worth a line on a phone when it says nothing. */
  readonly isEmpty?: (row: T) => boolean;
  readonly className?: string;
}

export interface DataTableProps<T> {
  readonly caption: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly keyOf: (row: T) => string | number;
}

/** A table on wide screens, cards on phones: the same cells, so nothing is lost. Roles are said, for `display` would take them away. */
export function DataTable<T>({ caption, columns, rows, keyOf }: DataTableProps<T>) {
  return (
    <table role="table" className="data-table">
      <caption className="sr-only">{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((column) => (
            <th key={column.id} role="columnheader" scope="col" className={column.className}>
              {column.header}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr key={keyOf(row)} role="row">
            {columns.map((column) => (
              <td
                key={column.id}
                role="cell"
                data-name={column.isName}
                className={classNames(column.className, column.isEmpty?.(row) === true && 'max-md:hidden')}
              >
                {column.isName !== true && (
                  <span className="text-sm text-ink-soft md:hidden" aria-hidden="true">
                    {column.header}
                  </span>
                )}
                <div className="min-w-0">{column.cell(row)}</div>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The box of a table while its rows are on their way. */
export function TableSkeleton({ label }: { readonly label: string }) {
  return (
    <div className="grid animate-pulse gap-2" aria-busy="true">
      <p role="status" className="sr-only">
        {label}
      </p>
      {[0, 1, 2, 3].map((row) => (
        <div key={row} className="h-16 rounded-control bg-raised md:h-12" />
      ))}
    </div>
  );
}
