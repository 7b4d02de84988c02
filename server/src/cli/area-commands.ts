/** `pantau area add|update|list|remove` */
import type { Command } from 'commander';
import { consoleActor } from '../audit/actor.ts';
import type { RtspTransport } from '@pantau/media';
import type { Area, NewArea } from '../areas/area.ts';
import { jsonOption, parseDegrees, parseWhole, transportOption } from './options.ts';
import type { CliHost } from './run-cli.ts';
import { withSession } from './session.ts';
import { formatTable } from './table.ts';

interface FieldOptions extends Partial<Omit<NewArea, 'sortOrder' | 'transport'>> {
  readonly sort?: number;
  readonly transport?: RtspTransport | '';
  readonly json?: true;
}

export function addAreaCommands(area: Command, host: CliHost): void {
  addFieldOptions(
    area
      .command('add')
      .description('add an area of the town')
      .argument('<name>', 'shown to visitors; unique'),
  ).action(async (name: string, options: FieldOptions) => {
    const created = await withSession(host, ({ areas }) =>
      areas.create({ ...readFields(options), name }, consoleActor('area add')),
    );
    host.writeOut(
      options.json ? formatJson(toJson(created)) : `Area ${created.id} "${created.name}" added.\n`,
    );
  });

  addFieldOptions(
    area
      .command('update')
      .description('change the given fields of an area; an empty value ("") clears a field')
      .argument('<id-or-name>')
      .option('--name <name>', 'shown to visitors; unique'),
  ).action(async (idOrName: string, options: FieldOptions) => {
    const updated = await withSession(host, ({ areas }) =>
      areas.update(idOrName, readFields(options), consoleActor('area update')),
    );
    host.writeOut(
      options.json ? formatJson(toJson(updated)) : `Area ${updated.id} "${updated.name}" changed.\n`,
    );
  });

  area
    .command('list')
    .description('list the areas')
    .addOption(jsonOption())
    .action(async ({ json }: { readonly json?: true }) => {
      const areas = await withSession(host, (session) => session.areas.list());
      if (json) host.writeOut(formatJson(areas.map(toJson)));
      else if (areas.length === 0) host.writeOut('There are no areas yet: pantau area add <name>\n');
      else {
        const rows = areas.map((each) => [
          String(each.id),
          each.name,
          each.kecamatan ?? '',
          each.kelurahan ?? '',
        ]);
        host.writeOut(formatTable(['ID', 'NAME', 'KECAMATAN', 'KELURAHAN'], rows));
      }
    });

  area
    .command('remove')
    .description('remove an area that has no cameras')
    .argument('<id-or-name>')
    .addOption(jsonOption())
    .action(async (idOrName: string, { json }: { readonly json?: true }) => {
      const removed = await withSession(host, ({ areas }) =>
        areas.remove(idOrName, consoleActor('area remove')),
      );
      host.writeOut(json ? formatJson(toJson(removed)) : `Area ${removed.id} "${removed.name}" removed.\n`);
    });
}

function addFieldOptions(command: Command): Command {
  return command
    .option('--description <text>', 'a few sentences')
    .option('--kecamatan <name>')
    .option('--kelurahan <name>')
    .option('--rw <number>')
    .option('--rt <number>')
    .option('--latitude <degrees>', 'middle of the area', parseDegrees)
    .option('--longitude <degrees>', '', parseDegrees)
    .option('--sort <number>', 'place in the list, small numbers first', parseWhole)
    .addOption(transportOption('how media of its cameras travels that have no transport of their own'))
    .addOption(jsonOption());
}

/** What was given, under our names. */
function readFields(options: FieldOptions): Partial<NewArea> {
  const { json: _json, sort, transport, ...fields } = options;
  return {
    ...fields,
    ...(sort === undefined ? {} : { sortOrder: sort }),
    ...(transport === undefined ? {} : { transport: transport === '' ? null : transport }),
  };
}

export function formatJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function toJson(area: Area): object {
  const { sortOrder, ...fields } = area;
  return { ...fields, sort_order: sortOrder };
}
