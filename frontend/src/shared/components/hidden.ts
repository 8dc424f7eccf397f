/** For who listens, not for who looks. */
export const hidden = {
  position: 'absolute',
  width: 1,
  height: '1px',
  overflow: 'hidden',
  clipPath: 'inset(50%)',
  whiteSpace: 'nowrap',
  maxWidth: '1px',
} as const;
