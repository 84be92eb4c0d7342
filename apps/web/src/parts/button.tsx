import type { ButtonHTMLAttributes } from 'react';
import css from './button.module.css';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: 'go' | 'plain' | 'bare';
  small?: boolean;
}

export function Button({ kind = 'plain', small = false, type = 'button', ...rest }: ButtonProps) {
  return <button type={type} className={`${css.button} ${css[kind]} ${small ? css.small : ''}`} {...rest} />;
}
