/** The test cards of the payment provider, or any number: no real card is charged here. */
import Box from '@mui/material/Box';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';

export const CARDS = [
  { number: '4242424242424242', name: 'A card that pays', shown: '4242 4242 4242 4242' },
  { number: '4000000000000002', name: 'A card that is declined', shown: '4000 0000 0000 0002' },
  { number: '4000000000009995', name: 'A card that takes five seconds', shown: '4000 0000 0000 9995' },
] as const;

export const OTHER = 'other';
export const isCard = (number: string) => /^\d{12,19}$/.test(number);
export const digits = (text: string) => text.replace(/\D/g, '').slice(0, 19);

type Props = {
  choice: string;
  other: string;
  wrong: boolean;
  onChoice: (choice: string) => void;
  onOther: (other: string) => void;
};

export function CardChoice({ choice, other, wrong, onChoice, onOther }: Props) {
  const options = [...CARDS, { number: OTHER, name: 'Another number', shown: '' }];
  return (
    <Box component="fieldset" sx={{ border: 0, m: 0, p: 0, minWidth: 0 }}>
      <Typography component="legend" variant="h2" sx={{ mb: 0.5, p: 0 }}>
        Payment
      </Typography>
      <Typography sx={{ color: 'text.secondary', mb: 2.5 }}>
        This shop takes test cards. No real money moves.
      </Typography>
      <Box sx={{ display: 'grid', gap: 1.25 }}>
        {options.map(({ number, name, shown }) => (
          <Box
            component="label"
            key={number}
            sx={(theme) => ({
              display: 'grid',
              gridTemplateColumns: 'auto 1fr',
              alignItems: 'center',
              columnGap: 1.75,
              minHeight: 60,
              px: 2.25,
              py: 1,
              borderRadius: 2,
              cursor: 'pointer',
              bgcolor: 'background.paper',
              border: `1px solid ${theme.vars.palette.divider}`,
              '&:has(:checked)': {
                borderColor: 'primary.main',
                boxShadow: `inset 0 0 0 1px ${theme.vars.palette.primary.main}`,
              },
              '&:has(:focus-visible)': { outline: `3px solid ${theme.vars.palette.primary.main}`, outlineOffset: 3 },
              '& input': { width: 20, height: 20, m: 0, accentColor: theme.vars.palette.primary.main, outline: 'none' },
            })}
          >
            <input
              type="radio"
              name="card"
              value={number}
              checked={choice === number}
              onChange={() => onChoice(number)}
            />
            <span>
              <Box component="span" sx={{ fontWeight: 600, display: 'block' }}>
                {name}
              </Box>
              {shown && (
                <Box component="span" sx={{ color: 'text.secondary', fontVariantNumeric: 'tabular-nums' }}>
                  {shown}
                </Box>
              )}
            </span>
          </Box>
        ))}
      </Box>
      {choice === OTHER && (
        <TextField
          label="Card number"
          name="number"
          value={other}
          onChange={(event) => onOther(event.target.value)}
          error={wrong}
          helperText={wrong ? '12 to 19 digits' : 'Any number counts as a test card'}
          autoComplete="off"
          slotProps={{ htmlInput: { inputMode: 'numeric', maxLength: 30 } }}
          fullWidth
          sx={{ mt: 2 }}
        />
      )}
    </Box>
  );
}
