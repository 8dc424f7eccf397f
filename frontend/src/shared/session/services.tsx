/** What the whole storefront shares: made once in main.tsx, or by a test. */
import { createContext, type ReactNode, useContext, useSyncExternalStore } from 'react';
import type { Api } from '@/shared/api/client';
import type { Session } from '@/shared/session/session';

export type Services = { session: Session; api: Api };

const ServicesContext = createContext<Services | null>(null);

export function ServicesProvider({ services, children }: { services: Services; children: ReactNode }) {
  return <ServicesContext value={services}>{children}</ServicesContext>;
}

function useServices(): Services {
  const services = useContext(ServicesContext);
  if (services === null) throw new Error('no ServicesProvider is around this');
  return services;
}

export function useApi(): Api {
  return useServices().api;
}

export function useSession(): Session {
  return useServices().session;
}

/** A name of the present login, another for each; null while nobody is logged in. Part of every personal query's key. */
export function useLogin(): string | null {
  const session = useSession();
  return useSyncExternalStore(session.subscribe, session.login, () => null);
}
