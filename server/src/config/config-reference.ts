/** Writes the table of settings as a page for operators and as an example `.env`. */
import { SETTINGS, type Setting } from './settings.ts';

export function formatConfigReference(): string {
  const rows = Object.entries(SETTINGS).map(
    ([name, setting]: [string, Setting]) =>
      `| \`${name}\` | ${describeType(setting)} | ${describeDefault(setting)} | ${setting.doc} |\n`,
  );
  return `# Settings

This page is written by \`server/src/config/write-reference.ts\` from \`server/src/config/settings.ts\`; a test fails when it is not current.

Settings come from the environment, or from a file \`.env\` in the folder in which Pantau is started (see \`.env.example\`).
What is set in both comes from the environment. An empty value counts as not set. All problems are reported in one message,
with code \`CONFIG_INVALID\` and exit code 78; an unknown name that begins with \`PANTAU_\` is a problem too. The server and the
command line read the same settings.

| Name | Value | Default | Meaning |
|---|---|---|---|
${rows.join('')}`;
}

export function formatEnvExample(): string {
  const blocks = Object.entries(SETTINGS).map(
    ([name, setting]: [string, Setting]) => `${comment(setting.doc)}#${name}=${setting.default ?? ''}\n`,
  );
  return `# Copy this file to .env and change what you need. All settings: docs/reference/config.md\n\n${blocks.join('\n')}`;
}

function describeType(setting: Setting): string {
  switch (setting.type) {
    case 'integer':
      return `whole number, ${setting.min} to ${setting.max}`;
    case 'choice':
      return setting.choices.map((choice) => `\`${choice}\``).join(', ');
    case 'text':
      return 'text';
    case 'web-url':
      return 'http(s) URL';
    case 'postgres-url':
      return 'postgres URL (secret)';
    case 'trust-proxy':
      return '`false`, number or list';
    case 'addresses':
    case 'stun-servers':
      return 'list';
    case 'port-range':
      return '`first-last`';
  }
}

function describeDefault(setting: Setting): string {
  return setting.defaultText ?? `\`${setting.default ?? ''}\``;
}

/** Lines of at most about 100 characters. */
function comment(text: string): string {
  const lines: string[] = [];
  let line = '#';
  for (const word of text.replaceAll('`', '').split(' ')) {
    if (line.length + word.length > 100) {
      lines.push(line);
      line = '#';
    }
    line += ` ${word}`;
  }
  return [...lines, line, ''].join('\n');
}
