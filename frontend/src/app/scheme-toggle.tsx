import { useColorScheme } from '@mui/material/styles';
import { Round } from '@/app/header';
import { Icon } from '@/shared/components/icons';

/** Light or dark. As long as nobody chooses, the system's choice counts. */
export function SchemeToggle() {
  const { mode, systemMode, setMode } = useColorScheme();
  const dark = (mode === 'system' ? systemMode : mode) === 'dark';
  return (
    <Round
      as="button"
      {...{ type: 'button' }}
      aria-pressed={dark}
      aria-label="Dark colours"
      onClick={() => setMode(dark ? 'light' : 'dark')}
    >
      <Icon name={dark ? 'moon' : 'sun'} />
    </Round>
  );
}
