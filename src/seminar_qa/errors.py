"""Everything that can go wrong and be told to a person.

SeminarQAError
├── QuestionError              the question itself is malformed                  422
├── FilterError                a filter or a place is not one of the index       422
├── NotFoundError              no such document, or no such place in it          404
├── DocumentsError             the folder of reports is missing, empty, unreadable
│   └── UnreadableFileError    one file of it cannot be read; the run goes on
│       └── NotReadError       it was not read for want of something that may pass
├── UploadError                a file cannot be put among the reports, or taken out  422
│   ├── UploadTooLargeError    it has too many bytes                             413
│   ├── UploadConflictError    another file is in its place, or it has changed   409
│   └── UploadDiskError        the disk does not take it                         507
├── IndexUnavailableError      there is no index that can be trusted             503
│   ├── IndexMissingError      none was built yet
│   ├── IndexDamagedError      it does not match its manifest
│   └── IndexUnreadableError   nobody can tell now, as it cannot be read
├── IndexRunError              an index run ended without an index, or not begun  503
│   └── IndexBusyError         one is at work already                           409
├── ModelError                 a model is missing or not what it should be       503
├── FeedbackError              feedback cannot be kept or read                  503
├── EvaluationError            a question file cannot be used
└── SettingsError              a setting has a value that cannot be used

A message says what, which value, and the cure.
"""


class SeminarQAError(Exception):
    """Base of all errors of the package; `str(error)` is one sentence for a person."""


class QuestionError(SeminarQAError):
    """The question is empty, too long, or holds characters that cannot be asked."""


class FilterError(SeminarQAError):
    """A filter names a document or a value that the index does not have."""


class NotFoundError(SeminarQAError):
    """The index has no document of that id, or no such place in it."""


class DocumentsError(SeminarQAError):
    """The folder of reports is missing, empty, or cannot be listed."""


class UnreadableFileError(DocumentsError):
    """One file cannot be read as a report."""


class NotReadError(UnreadableFileError):
    """One file was not read, for want of something that may be there at another time."""


class UploadError(SeminarQAError):
    """A file cannot be put into the folder of reports, or not be taken out of it."""


class UploadTooLargeError(UploadError):
    """The file has more bytes than a file may have."""


class UploadConflictError(UploadError):
    """There is another file where this one would go, or the file is not the one that was meant."""


class UploadDiskError(UploadError):
    """The disk is full, or may not be written."""


class IndexUnavailableError(SeminarQAError):
    """There is no index that can be trusted; the message names the command that cures it."""


class IndexMissingError(IndexUnavailableError):
    """No index was built yet."""


class IndexDamagedError(IndexUnavailableError):
    """The files of the index do not agree with its manifest."""


class IndexUnreadableError(IndexUnavailableError):
    """A file of the index cannot be read now; it may be sound."""


class IndexRunError(SeminarQAError):
    """A run of the index that was asked for here ended without one, or could not be begun."""


class IndexBusyError(IndexRunError):
    """Another run of the index is at work."""


class ModelError(SeminarQAError):
    """A model's weights are missing, damaged, or gave other numbers than they should."""


class FeedbackError(SeminarQAError):
    """What readers said cannot be kept, or cannot be read."""


class EvaluationError(SeminarQAError):
    """A question file is missing or malformed."""


class SettingsError(SeminarQAError):
    """A setting has a value that cannot be used."""
