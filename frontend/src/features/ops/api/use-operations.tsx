/** The page's state: the last picture, the timeline, and what is wrong. */
import { useEffect, useState } from 'react';
import { grown, type Moment } from '@/features/ops/api/figures';
import type { Picture } from '@/features/ops/api/ops';
import { opener, type Told, watch } from '@/features/ops/api/watch';
import { useApi } from '@/shared/session/services';

export type Operations = {
  picture: Picture | null;
  timeline: readonly Moment[];
  /** Why there is no newer picture now. */
  trouble: string | null;
  error: unknown;
};

const NOTHING: Operations = { picture: null, timeline: [], trouble: null, error: null };

export function after(before: Operations, told: Told): Operations {
  switch (told.kind) {
    case 'picture': {
      const { picture } = told;
      return { picture, timeline: grown(before.timeline, picture), trouble: null, error: null };
    }
    case 'trouble':
      return { ...before, trouble: told.detail };
    case 'lost':
      return { ...before, error: told.error };
  }
}

/** Watches while the page is seen: one that lies in the background holds no stream. */
export function useOperations(): Operations {
  const api = useApi();
  const [state, setState] = useState(NOTHING);
  const [visible, setVisible] = useState(!document.hidden);
  useEffect(() => {
    const look = () => setVisible(!document.hidden);
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, []);
  useEffect(() => {
    if (!visible) return undefined;
    const over = new AbortController();
    void watch(opener(api), (told) => setState((before) => after(before, told)), over.signal);
    return () => over.abort();
  }, [api, visible]);
  return state;
}
