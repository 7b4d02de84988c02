/**
 * What a benchmark says: figures, each next to its floor and, where there is one, next to the same work done by somebody
 * else's program in the same run. Printed as a table and kept as `bench/results/<name>.json`.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';

export interface Figure {
  readonly what: string;
  readonly figure: number;
  readonly unit: string;
  /** What the figure must reach: docs/design/bench.md says where each floor comes from. */
  readonly floor?: { readonly atMost?: number; readonly atLeast?: number };
  /** The program we are compared with, and what it reached in the same run. */
  readonly peer?: string;
  readonly peerFigure?: number;
  /** Our figure over the peer's. */
  readonly ratio?: number;
  /** What `ratio` must reach. */
  readonly ratioFloor?: { readonly atMost?: number; readonly atLeast?: number };
  readonly note?: string;
}

export interface Report {
  readonly name: string;
  readonly figures: readonly Figure[];
  /** What could not be measured here, and why. */
  readonly skipped: readonly string[];
}

const RESULTS = join(import.meta.dirname, '..', 'results');

/** True when the figure and its ratio reach their floors; figures without a floor are information. */
export function isReached(figure: Figure): boolean {
  return (
    fits(figure.figure, figure.floor) && (figure.ratio === undefined || fits(figure.ratio, figure.ratioFloor))
  );
}

export function formatReport(report: Report): string {
  const lines = report.figures.map((figure) => {
    const hasFloor = figure.floor !== undefined || figure.ratioFloor !== undefined;
    const verdict = hasFloor ? (isReached(figure) ? 'pass' : 'FAIL') : '    ';
    const parts = [`${verdict}  ${figure.what}: ${round(figure.figure)} ${figure.unit}`];
    if (figure.floor !== undefined) parts.push(`(floor ${formatFloor(figure.floor)} ${figure.unit})`);
    if (figure.peerFigure !== undefined)
      parts.push(`| ${figure.peer ?? 'peer'}: ${round(figure.peerFigure)} ${figure.unit}`);
    if (figure.ratio !== undefined) parts.push(`| ratio ${round(figure.ratio)}`);
    if (figure.ratioFloor !== undefined) parts.push(`(floor ${formatFloor(figure.ratioFloor)})`);
    if (figure.note !== undefined) parts.push(`| ${figure.note}`);
    return parts.join(' ');
  });
  return [`== ${report.name}`, ...lines, ...report.skipped.map((text) => `SKIPPED  ${text}`)].join('\n');
}

/** Writes the report with what is needed to judge it later. No host names, no paths. */
export async function saveReport(report: Report, command: string): Promise<void> {
  await mkdir(RESULTS, { recursive: true });
  const figures = report.figures.map((figure) => ({ ...figure, passed: isReached(figure) }));
  const content = { ...report, figures, date: new Date().toISOString(), machine: describeMachine(), command };
  await writeFile(join(RESULTS, `${report.name}.json`), `${JSON.stringify(content, undefined, 2)}\n`);
}

/** The class of the machine: enough to compare, not enough to find it. */
function describeMachine(): { cores: number; cpu: string; memoryGiB: number; node: string; system: string } {
  const list = cpus();
  return {
    cores: list.length,
    cpu: list[0]?.model ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    system: `${process.platform} ${process.arch}`,
  };
}

function fits(value: number, floor: { atMost?: number; atLeast?: number } | undefined): boolean {
  if (floor === undefined) return true;
  return (
    value <= (floor.atMost ?? Number.POSITIVE_INFINITY) &&
    value >= (floor.atLeast ?? Number.NEGATIVE_INFINITY)
  );
}

function formatFloor(floor: { atMost?: number; atLeast?: number }): string {
  return floor.atMost === undefined ? `≥ ${round(floor.atLeast ?? Number.NaN)}` : `≤ ${round(floor.atMost)}`;
}

function round(value: number): string {
  return Math.abs(value) >= 100
    ? Math.round(value).toLocaleString('en')
    : String(Number(value.toPrecision(3)));
}
