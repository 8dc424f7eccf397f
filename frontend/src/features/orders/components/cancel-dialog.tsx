import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import { Action } from '@/shared/components/action';

type Props = { open: boolean; busy: boolean; onClose: () => void; onCancel: () => void };

export function CancelDialog({ open, busy, onClose, onCancel }: Props) {
  return (
    <Dialog open={open} onClose={onClose} aria-labelledby="cancel-title" aria-describedby="cancel-text">
      <DialogTitle id="cancel-title">Cancel this order?</DialogTitle>
      <DialogContent id="cancel-text">
        The goods go back on the shelf, and what you paid is given back. This cannot be undone.
      </DialogContent>
      <DialogActions
        disableSpacing
        sx={{
          p: 3,
          pt: 1,
          gap: 1,
          flexDirection: { xs: 'column-reverse', sm: 'row' },
          alignItems: { xs: 'stretch', sm: 'center' },
        }}
      >
        <Action type="button" onClick={onClose} autoFocus>
          Keep it
        </Action>
        <Action type="button" kind="full" onClick={onCancel} disabled={busy}>
          {busy ? 'Cancelling…' : 'Cancel the order'}
        </Action>
      </DialogActions>
    </Dialog>
  );
}
