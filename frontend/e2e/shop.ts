/** The shop that is tested, from behind: its own command line and Kubernetes' client, on the stack of ZEROCART_HOME. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const program = (name: string) => (existsSync(`${ROOT}.venv/bin/${name}`) ? `${ROOT}.venv/bin/${name}` : name);
const home = process.env.ZEROCART_HOME ?? `${ROOT}.zerocart`;

function run(name: string, ...words: string[]): string {
  const env = { ...process.env, ZEROCART_HOME: home, KUBECONFIG: `${home}/kubeconfig` };
  return execFileSync(program(name), words, { env, encoding: 'utf8', stdio: 'pipe' });
}

/** Who has the machine can let somebody run the shop. */
export const letRunTheShop = (email: string) => run('zerocart', 'admin', email);

/** No payment provider is there: its Service is deleted, and whoever asks it is told that there is none. */
export const takeProviderAway = () => run('kubectl', 'delete', 'ksvc', 'charge-payment', '--ignore-not-found');

export const bringProviderBack = () => run('zerocart', 'apply', '-f', `${ROOT}functions/charge_payment/service.yaml`);

type Status = { services: { name: string; revisions: { instances: number }[] }[] };

/** Instances of what a customer asks. */
export function runningCount(): number {
  const { services } = JSON.parse(run('zerocart', 'status', '--json')) as Status;
  const asked = ['list-products', 'get-product', 'register', 'login', 'cart', 'place-order', 'charge-payment'];
  const revisions = services.filter(({ name }) => asked.includes(name)).flatMap((each) => each.revisions);
  return revisions.reduce((total, each) => total + each.instances, 0);
}
