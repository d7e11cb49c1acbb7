namespace Davit.Cli.Http;

/// <summary>What TLS with an engine needs.</summary>
/// <param name="Authority">File with the certificates that may sign the server's, or null for the system's.</param>
/// <param name="Certificate">File with the client's certificate, or null.</param>
/// <param name="Key">File with its key, or null.</param>
/// <param name="Verify">False accepts every server.</param>
internal sealed record TlsFiles(string? Authority, string? Certificate, string? Key, bool Verify);
