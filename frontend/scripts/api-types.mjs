// The types of the API, made from the functions' own declarations: `npm run types` writes the file that is committed,
// `npm run types:check` fails when it is no longer what the functions declare. No shop needs to run for it.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';

const root = fileURLToPath(new URL('../..', import.meta.url));
const target = fileURLToPath(new URL('../src/shared/api/schema.ts', import.meta.url));
const HEAD = '// Made by `npm run types` from what the functions declare. Do not edit.\n\n';
const PROGRAM = `
import json, pathlib
from shared import openapi
print(json.dumps(openapi.document(pathlib.Path("functions"))))
`;

const ofProject = `${root}.venv/bin/python`;
const python = process.env.PYTHON ?? (existsSync(ofProject) ? ofProject : 'python3');
const document = JSON.parse(execFileSync(python, ['-c', PROGRAM], { cwd: root, encoding: 'utf8' }));
// Of what is for the storefront: reports, events, keys and pictures it never asks for through this client.
const made = HEAD + astToString(await openapiTS(document, { alphabetize: true }));

if (!process.argv.includes('--check')) {
  writeFileSync(target, made);
} else if (!existsSync(target) || readFileSync(target, 'utf8') !== made) {
  console.error(
    'src/shared/api/schema.ts is not what the functions declare: run `npm run types` and read the difference',
  );
  process.exit(1);
}
