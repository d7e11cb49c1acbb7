namespace Davit.Primitives;

/// <summary>What kind of failure an error is. Each kind maps to one HTTP status, one gRPC status and one exit code, in one file each.</summary>
public enum ErrorKind
{
    /// <summary>A defect of ours or of the machine; HTTP 500.</summary>
    Internal,

    /// <summary>The named thing does not exist; HTTP 404.</summary>
    NotFound,

    /// <summary>The request itself is wrong; HTTP 400.</summary>
    InvalidArgument,

    /// <summary>A thing of that name exists already; HTTP 409.</summary>
    AlreadyExists,

    /// <summary>The state of the thing forbids it now; HTTP 409.</summary>
    Conflict,

    /// <summary>Credentials are missing or wrong; HTTP 401.</summary>
    Unauthorized,

    /// <summary>The caller is known and may not; HTTP 403.</summary>
    Forbidden,

    /// <summary>Nothing to do, the thing is in the wanted state already; HTTP 304.</summary>
    NotModified,

    /// <summary>Not offered by this engine or this kernel; HTTP 501.</summary>
    NotImplemented,

    /// <summary>A peer or service does not answer; HTTP 503.</summary>
    Unavailable,

    /// <summary>The system is not in the state that the operation needs; HTTP 412.</summary>
    FailedPrecondition,

    /// <summary>Stored or transferred content is damaged; HTTP 500.</summary>
    DataLoss,

    /// <summary>The caller gave up; HTTP 499.</summary>
    Canceled,

    /// <summary>A time limit passed; HTTP 504.</summary>
    DeadlineExceeded,
}
