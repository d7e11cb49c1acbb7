namespace Davit.RegistryClient.Http;

/// <summary>A connection that could not be made, worded as the docker daemon words it.</summary>
internal sealed class DialException(string text, Exception? inner = null) : IOException(text, inner);
