import type { ReactNode } from 'react';
import { Navigate, useLocation } from 'react-router';
import { useLogin } from '@/shared/session/services';

/** A page for somebody: who is not known logs in first, and comes back to it. */
export function NeedsLogin({ children }: { children: ReactNode }) {
  const login = useLogin();
  const { pathname, search } = useLocation();
  if (login !== null) return children;
  return <Navigate replace to={`/login?${new URLSearchParams({ next: pathname + search }).toString()}`} />;
}
