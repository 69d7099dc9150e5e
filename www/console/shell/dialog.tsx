/** Dialogs: one question each, with its answers as buttons. */
import type { ReactNode } from "react";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";

interface QuestionProps {
  isOpen: boolean;
  /** Escape, or a press beside it where that is harmless. */
  onClose: () => void;
  title: string;
  children: ReactNode;
  /** The answers, the safest first. */
  answers: ReactNode;
  /** Whether it is about losing something: it then takes a button to answer. */
  grave?: boolean;
  wide?: boolean;
  /** Whether what it shows is nowhere else: then Escape does not close it either. */
  once?: boolean;
}

export function Question({ isOpen, onClose, title, children, answers, grave = false, wide = false, once = false }: QuestionProps) {
  return (
    <ModalOverlay
      className="overlay"
      isOpen={isOpen}
      isDismissable={!grave}
      isKeyboardDismissDisabled={once}
      onOpenChange={(open) => {
        if (!open) {
          onClose();
        }
      }}
    >
      <Modal className={wide ? "modal wide" : "modal"}>
        <Dialog className="dialog" role={grave ? "alertdialog" : "dialog"}>
          <Heading slot="title" level={2}>
            {title}
          </Heading>
          <div className="dialog-body">{children}</div>
          <div className="answers">{answers}</div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
