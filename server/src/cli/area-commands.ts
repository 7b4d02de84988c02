/** `pantau area add|list|remove` */
import type { Command } from 'commander';
import { consoleActor } from '../audit/actor.ts';
import type { Area, NewArea } from '../areas/area.ts';
import { jsonOption, parseDegrees, parseWhole } from './options.ts';
import type { CliHost } from './run-cli.ts';
import { withSession } from './session.ts';
import { formatTable } from './table.ts';

interface AddOptions extends Partial<Omit<NewArea, 'name' | 'sortOrder'>> {
  readonly sort?: number;
  readonly json?: true;
}

export function addAreaCommands(area: Command, host: CliHost): void {
  area
    .command('add')
    .description('add an area of the town')
    .argument('<name>', 'shown to visitors; unique')
    .option('--description <text>', 'a few sentences')
    .option('--kecamatan <name>')
    .option('--kelurahan <name>')
    .option('--rw <number>')
    .option('--rt <number>')
    .option('--latitude <degrees>', 'middle of the area', parseDegrees)
    .option('--longitude <degrees>', '', parseDegrees)
    .option('--sort <number>', 'place in the list, small numbers first', parseWhole)
    .addOption(jsonOption())
    .action(async (name: string, options: AddOptions) => {
      const { json, sort, ...fields } = options;
      const created = await withSession(host, ({ areas }) =>
        areas.create(
          { name, ...fields, ...(sort === undefined ? {} : { sortOrder: sort }) },
          consoleActor('area add'),
        ),
      );
      host.writeOut(json ? formatJson(toJson(created)) : `Area ${created.id} "${created.name}" added.\n`);
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

export function formatJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function toJson(area: Area): object {
  const { sortOrder, ...fields } = area;
  return { ...fields, sort_order: sortOrder };
}
