/** A button whose work takes a while: it keeps the focus, and pressing it again does nothing until it is done. */
import { Button, type ButtonProps } from "react-aria-components";

export function Action({ isBusy, onPress, ...props }: Omit<ButtonProps, "isPending"> & { isBusy: boolean }) {
  return (
    <Button
      {...props}
      aria-disabled={isBusy}
      onPress={(event) => {
        if (!isBusy) {
          onPress?.(event);
        }
      }}
    />
  );
}
