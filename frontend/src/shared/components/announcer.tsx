/** One polite live region for the whole page: what changes beside the focus is said here. */
import Box from '@mui/material/Box';
import { createContext, type ReactNode, useCallback, useContext, useState } from 'react';
import { hidden } from '@/shared/components/hidden';

const AnnouncerContext = createContext<(text: string) => void>(() => undefined);

export function AnnouncerProvider({ children }: { children: ReactNode }) {
  const [said, setSaid] = useState({ text: '', turn: 0 });
  const announce = useCallback((text: string) => setSaid((before) => ({ text, turn: before.turn + 1 })), []);
  return (
    <AnnouncerContext value={announce}>
      {children}
      <Box role="status" aria-live="polite" sx={hidden}>
        {/* The same words twice are two announcements: a new node each. */}
        <span key={said.turn}>{said.text}</span>
      </Box>
    </AnnouncerContext>
  );
}

export function useAnnounce(): (text: string) => void {
  return useContext(AnnouncerContext);
}
