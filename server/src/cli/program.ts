/** The tree of commands with their options; what they do is in the files beside. */
import { Command } from 'commander';
import { readVersion } from '../version.ts';
import { addAreaCommands } from './area-commands.ts';
import { addCameraCommands } from './camera-commands.ts';
import { addDeviceCommands } from './device-commands.ts';
import type { CliHost } from './run-cli.ts';
import { addSecretsCommands } from './secrets-commands.ts';
import { addUserCommands } from './user-commands.ts';

export function createProgram(host: CliHost): Command {
  const program = new Command('pantau')
    .description(
      'Manage the cameras, areas and accounts of this Pantau. A running server shows changes within a second.',
    )
    .version(readVersion())
    .showHelpAfterError('(add --help for the options)');
  const camera = program.command('camera').description('find, add, change, list, remove and examine cameras');
  addCameraCommands(camera, host);
  addDeviceCommands(camera, host);
  addAreaCommands(program.command('area').description('add, list and remove areas'), host);
  addUserCommands(program.command('user').description('add, list, change and remove accounts'), host);
  addSecretsCommands(
    program.command('secrets').description('the keys that encrypt stored passwords and second factors'),
    host,
  );
  prepare(program, host);
  return program;
}

/** Settings that commander does not hand down to commands that were made before. */
function prepare(command: Command, host: CliHost): void {
  command.exitOverride().configureOutput({ writeOut: host.writeOut, writeErr: host.writeError });
  for (const child of command.commands) prepare(child, host);
}
