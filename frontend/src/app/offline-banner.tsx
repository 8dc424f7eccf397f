import Box from '@mui/material/Box';
import { useQueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';

/** There is no network: said once, above everything, with a way to look again. */
export function OfflineBanner() {
  const online = useSyncExternalStore(
    subscribe,
    () => navigator.onLine,
    () => true,
  );
  const queries = useQueryClient();
  return (
    <Box role="status">
      {!online && (
        <Box
          sx={{
            bgcolor: 'text.primary',
            color: 'background.default',
            px: 2,
            py: 1,
            display: 'flex',
            flexWrap: 'wrap',
            gap: 2,
            justifyContent: 'center',
            alignItems: 'center',
          }}
        >
          <span>You are offline. What you see may be older; your basket is safe.</span>
          <Box
            component="button"
            type="button"
            onClick={() => void queries.refetchQueries({ type: 'active' })}
            sx={{
              font: 'inherit',
              fontWeight: 600,
              color: 'inherit',
              bgcolor: 'transparent',
              border: '1px solid currentColor',
              borderRadius: 99,
              px: 2,
              minHeight: 36,
              cursor: 'pointer',
            }}
          >
            Try again
          </Box>
        </Box>
      )}
    </Box>
  );
}

function subscribe(changed: () => void): () => void {
  window.addEventListener('online', changed);
  window.addEventListener('offline', changed);
  return () => {
    window.removeEventListener('online', changed);
    window.removeEventListener('offline', changed);
  };
}
