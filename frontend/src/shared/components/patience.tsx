/** While something takes longer than people expect: a function that starts from nothing, or is asked again. */
import Typography from '@mui/material/Typography';
import { useEffect, useState } from 'react';

const SLOW_MS = 1500;

export function Patience({ waiting, again }: { waiting: boolean; again: boolean }) {
  const slow = useSlow(waiting);
  return (
    <Typography role="status" sx={{ color: 'text.secondary', minHeight: '1.6em', my: 1 }}>
      {waiting && again ? 'The shop is busy. We ask again…' : slow ? 'Opening up, this takes a moment…' : ''}
    </Typography>
  );
}

function useSlow(waiting: boolean): boolean {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    if (!waiting) return undefined;
    const timer = setTimeout(() => setSlow(true), SLOW_MS);
    return () => {
      clearTimeout(timer);
      setSlow(false);
    };
  }, [waiting]);
  return waiting && slow;
}
