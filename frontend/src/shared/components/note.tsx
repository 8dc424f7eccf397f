import Box from '@mui/material/Box';
import type { ReactNode } from 'react';

/** Something worth knowing that is no error. */
export function Note({
  children,
  tone = 'primary',
}: {
  children: ReactNode;
  tone?: 'primary' | 'warning' | 'success';
}) {
  return (
    <Box
      role="status"
      sx={(theme) => ({
        border: `1px solid color-mix(in srgb, ${theme.vars.palette[tone].main} 40%, transparent)`,
        background: `color-mix(in srgb, ${theme.vars.palette[tone].main} 8%, ${theme.vars.palette.background.paper})`,
        borderRadius: 2,
        px: 2.5,
        py: 2,
        mb: 3,
        maxWidth: 720,
      })}
    >
      {children}
    </Box>
  );
}
